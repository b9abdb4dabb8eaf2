/** A classifier's graph becomes the way of an image through it: kernels, feature maps, and ten scores. */
import type { Graph, Tensor } from "../../../runtime/graph";
import type { Output } from "../../../runtime/network";

/** The names of the values on the way, and the kernels that look at the pixels. */
export interface Way {
  /** After each convolution, with pooling, normalisation and ReLU; none if the network has no convolutions. */
  readonly maps: readonly string[];
  readonly kernel: Tensor | null;
  /** The first layer if it looks at all pixels at once: its weights (784, n), and what it says. */
  readonly whole: { readonly weights: Tensor; readonly answers: string } | null;
  /** The scores that softmax turns into probabilities. */
  readonly scores: string;
}

/** One channel of a layer. */
interface Tile {
  readonly channel: number;
  /** side * side numbers, row by row. */
  readonly values: Float32Array;
}

/** Some of the channels of a layer, of which it has `channels`. */
export interface Layer {
  readonly channels: number;
  readonly side: number;
  readonly tiles: readonly Tile[];
}

/** An image on its way through a classifier. */
export interface Inside {
  /** The kernels of the first layer's tiles; null if the network has no convolutions. */
  readonly kernels: Layer | null;
  readonly layers: readonly Layer[];
  /** The neurons of a first layer that answer most, 28x28 weights each; null if it has convolutions. */
  readonly neurons: Layer | null;
  readonly scores: Float32Array;
  /** How probable it is that the image is a digit at all; null of a network that cannot tell. */
  readonly isDigit: number | null;
}

const MOST = 6; // tiles of a layer; more would be too small to see
/** Neurons of a first layer that are drawn: as many as there are digits. */
const MOST_NEURONS = 10;

/** Walk back from the probabilities; where columns come together, take the middle one. */
export function wayThrough({ nodes, tensors }: Pick<Graph, "nodes" | "tensors">): Way {
  const makers = new Map(nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const scores = makers.get("probabilities")?.inputs[0] ?? "";
  const maps: string[] = [];
  let kernel: Tensor | null = null;
  let whole: Way["whole"] = null;
  let rectified = "";
  for (let node = makers.get(scores); node; ) {
    if (node.op === "Relu") rectified = node.outputs[0] ?? "";
    if (node.op === "MatMul") {
      const weights = tensors.get(node.inputs[1] ?? "");
      whole = weights ? { weights, answers: rectified || scores } : null;
      rectified = ""; // a hidden layer is no map
    }
    if (node.op === "Conv") {
      if (rectified) maps.unshift(rectified);
      rectified = "";
      kernel = tensors.get(node.inputs[1] ?? "") ?? null;
    }
    const came = node.inputs.filter((name) => !tensors.has(name));
    node = makers.get(came[(came.length - 1) >> 1] ?? "");
  }
  return { maps, kernel, whole: kernel ? null : whole, scores };
}

/** The channels that answer most, in the order of the layer. */
export function strongest({ values, height, channels }: Output, most = MOST): Layer {
  const sums = new Float64Array(channels);
  for (const [index, value] of values.entries())
    sums[index % channels] = (sums[index % channels] as number) + value;
  const chosen = Array.from(sums.keys())
    .sort((a, b) => (sums[b] as number) - (sums[a] as number))
    .slice(0, most)
    .sort((a, b) => a - b);
  const tiles = chosen.map((channel) => ({
    channel,
    values: values.filter((_, index) => index % channels === channel),
  }));
  return { channels, side: height, tiles };
}

/** The kernels of these channels, as they look at the picture. */
export function kernelsOf({ dims, values }: Tensor, { tiles }: Pick<Layer, "tiles">): Layer {
  const [channels = 0, inputs = 1, side = 0] = dims;
  const size = side * side;
  return {
    channels,
    side,
    tiles: tiles.map(({ channel }) => ({
      channel,
      values: values.slice(channel * inputs * size, channel * inputs * size + size),
    })),
  };
}

/** The weights of the neurons that answer most, as pictures. */
export function neuronsOf({ dims, values }: Tensor, answers: Output): Layer {
  const [pixels = 0, channels = 0] = dims;
  const tiles = strongest(answers, MOST_NEURONS).tiles.map(({ channel }) => ({
    channel,
    values: Float32Array.from({ length: pixels }, (_, pixel) => values[pixel * channels + channel] as number),
  }));
  return { channels, side: Math.sqrt(pixels), tiles };
}
