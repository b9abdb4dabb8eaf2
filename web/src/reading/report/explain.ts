/** A classifier's graph becomes the way of an image through it: kernels, feature maps, and ten scores. */

import { SIDE } from "../../generated/ink/normalize";
import { PATCH } from "../../generated/reading";
import { largestAt } from "../../ink/numbers";
import { darkOnLight } from "../../ink/paper";
import { clipped, cropped, type Grey } from "../../ink/picture";
import { resize } from "../../ink/resize";
import { cutOutOf, framedStages, inverted, type Stages } from "../../ink/stages";
import type { Graph, Node, Tensor } from "../../runtime/graph";
import type { Output } from "../../runtime/network";
import { around, type Candidates } from "../find/candidates";
import type { Classifier } from "../recognise/models";
import { aloneOf } from "../recognise/page";
import type { Digit } from "./result";

/** A layer of windows: what it takes and gives, and its nodes from the convolution over pooling and the like to ReLU. */
export interface Block {
  readonly takes: string;
  readonly gives: string;
  readonly nodes: readonly Node[];
}

/** The names of the values on the way, and the weights that look at the pixels. */
export interface Way {
  /** None if the network has no convolutions. */
  readonly blocks: readonly Block[];
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
  /** None if the network has no convolutions. */
  readonly layers: readonly Layer[];
  /** The neurons of a first layer that answer most, 28x28 weights each; null if it has convolutions. */
  readonly neurons: Layer | null;
  readonly scores: Float32Array;
  /** How probable it is that the image is a digit at all; null of a network that cannot tell. */
  readonly isDigit: number | null;
}

const MOST = 6; // tiles of a layer; more would be too small to see
/** Neurons of a first layer that are drawn: as many as there are digits. */
const MAX_NEURONS = 10;

/** Walk back from the probabilities; where columns come together, take the middle one. */
export function wayThrough({ nodes, tensors }: Pick<Graph, "nodes" | "tensors">): Way {
  const makers = new Map(nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const scores = makers.get("probabilities")?.inputs[0] ?? "";
  const blocks: Block[] = [];
  let whole: Way["whole"] = null;
  let passed: Node[] = []; // from here to the next ReLU
  for (let node = makers.get(scores); node; ) {
    if (node.op === "Relu") passed = [];
    passed.unshift(node);
    const rectified = passed.at(-1)?.op === "Relu" ? passed.at(-1)?.outputs[0] : undefined;
    const weights = tensors.get(node.inputs[1] ?? "");
    if (node.op === "MatMul") whole = weights ? { weights, answers: rectified ?? scores } : null;
    if (node.op === "Conv" && rectified)
      blocks.unshift({ takes: node.inputs[0] ?? "", gives: rectified, nodes: passed });
    if (node.op === "Conv" || node.op === "MatMul") passed = []; // a hidden layer is no map
    const came = node.inputs.filter((name) => !tensors.has(name));
    node = makers.get(came[(came.length - 1) >> 1] ?? "");
  }
  return { blocks, whole: blocks.length > 0 ? null : whole, scores };
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
  const tiles = chosen.map((channel) => ({ channel, values: channelOf({ values, channels }, channel) }));
  return { channels, side: height, tiles };
}

function channelOf({ values, channels }: Pick<Output, "values" | "channels">, channel: number): Float32Array {
  return values.filter((_, index) => index % channels === channel);
}

/** How one number of a feature map comes about. */
export interface Sum {
  /** The map, its side, and the index of the number in it. */
  readonly map: Float32Array;
  readonly side: number;
  readonly at: number;
  /** Of all that the layer looks at, what adds most to the number. */
  readonly from: Layer;
  /** The corner of the window on it, what is in the window and in the kernel, and the sum of their products. */
  readonly corner: readonly [row: number, column: number];
  readonly window: readonly number[];
  readonly kernel: Float32Array;
  readonly part: number;
  /** The sum over all that the layer looks at, and whether it is the largest of four neighbours. */
  readonly total: number;
  readonly isPooled: boolean;
}

/** @param at an index in the map; by default that of its largest number */
export function sumOf(
  { nodes: [convolution, ...others] }: Block,
  tensors: Graph["tensors"],
  [input, output]: readonly [Output, Output],
  channel: number,
  at: number | null,
): Sum {
  const kernels = tensors.get(convolution?.inputs[1] ?? "");
  const [, inputs = 1, side = 1] = kernels?.dims ?? [];
  const size = side * side;
  const map = channelOf(output, channel);
  const place = at ?? largestAt(map);
  const isPooled = others.some(({ op }) => op === "MaxPool");
  const stride = isPooled ? 2 : 1;
  const padded = convolution?.attributes.auto_pad === "SAME_UPPER" ? side >> 1 : 0;
  const [top, left] = [Math.floor(place / output.width), place % output.width].map((to) => to * stride);
  const sums = [0, 1, 2, 3].slice(0, stride ** 2).map((step) => {
    const corner = [(top ?? 0) + (step >> 1) - padded, (left ?? 0) + (step & 1) - padded] as const;
    const parts = Array.from({ length: inputs }, (_, from) => {
      const start = (channel * inputs + from) * size;
      const kernel = kernels?.values.slice(start, start + size) ?? new Float32Array();
      const window = Array.from(kernel, (_, index) => {
        const [y, x] = [corner[0] + Math.floor(index / side), corner[1] + (index % side)];
        const isInside = Math.min(y, x) >= 0 && y < input.height && x < input.width;
        return isInside ? (input.values[(y * input.width + x) * inputs + from] ?? 0) : 0;
      });
      const part = window.reduce((sum, value, index) => sum + value * (kernel[index] ?? 0), 0);
      return { kernel, window, part };
    });
    const bias = tensors.get(convolution?.inputs[2] ?? "")?.values[channel] ?? 0;
    return { corner, parts, total: parts.reduce((sum, { part }) => sum + part, bias) };
  });
  const { corner, parts, total } = sums[largestAt(sums.map((sum) => sum.total))] as (typeof sums)[number];
  const most = largestAt(parts.map(({ part }) => part));
  const tiles = [{ channel: most, values: channelOf(input, most) }];
  const from = { channels: inputs, side: input.height, tiles };
  return {
    map,
    side: output.height,
    at: place,
    from,
    corner,
    ...(parts[most] as (typeof parts)[number]),
    total,
    isPooled,
  };
}

/** The weights of the neurons that answer most, as pictures. */
export function neuronsOf({ dims, values }: Tensor, answers: Output): Layer {
  const [pixels = 0, channels = 0] = dims;
  const tiles = strongest(answers, MAX_NEURONS).tiles.map(({ channel }) => ({
    channel,
    values: Float32Array.from({ length: pixels }, (_, pixel) => values[pixel * channels + channel] as number),
  }));
  return { channels, side: Math.sqrt(pixels), tiles };
}

/** How far the probability of a digit falls, on average, when each pixel is covered; negative if it rises. */
export function whatCounts(classifier: Classifier, image: Grey, digit: number): number[][] {
  const reach = PATCH >> 1;
  const all = Array.from({ length: SIDE * SIDE }, (_, index) => index);
  const near = (index: number) => {
    const [x, y] = [index % SIDE, Math.floor(index / SIDE)];
    return all.filter(
      (pixel) => Math.abs((pixel % SIDE) - x) <= reach && Math.abs(Math.floor(pixel / SIDE) - y) <= reach,
    );
  };
  const around = all.map(near);
  // a patch that covers no ink changes nothing
  const indices = all.filter((index) => around[index]?.some((pixel) => (image.pixels[pixel] as number) > 0));
  const covered = indices.map((index) => {
    const pixels = image.pixels.slice();
    for (const pixel of around[index] ?? []) pixels[pixel] = 0;
    return { ...image, pixels };
  });
  const probabilities = classifier
    .classify([...covered, image])
    .map(({ probabilities }) => probabilities[digit] as number);
  const falls = new Float64Array(SIDE * SIDE);
  for (const [which, index] of indices.entries())
    falls[index] = (probabilities.at(-1) as number) - (probabilities[which] as number);
  const mean = (of: number[]) => of.reduce((sum, pixel) => sum + (falls[pixel] as number), 0) / of.length;
  return Array.from({ length: SIDE }, (_, y) => around.slice(y * SIDE, (y + 1) * SIDE).map(mean));
}

const AROUND = 0.4; // of the digit's longer side, so that one sees what it was cut out of
const SHOWN = 120; // pixels of the longer side; more would not be seen

/** How one digit was prepared. */
export interface Preparation {
  /** That of the digit: x, y, width and height in the original picture. */
  readonly box: readonly [number, number, number, number];
  /** The digit and what is around it, in the picture as it was searched. */
  readonly picture: Grey;
  readonly stages: Stages;
}

/** The stages of the first digits of a reading, from what was found on the way to it. */
export function preparationsOf(seen: Candidates, digits: readonly Digit[], most: number): Preparation[] {
  const first = digits.slice(0, most);
  if (!seen.page.length) return prepared(seen, first);
  // each line of a photograph is a picture of its own
  return seen.page.flatMap((line, index) =>
    prepared(
      aloneOf(line),
      first.filter((digit) => digit.line === index),
    ),
  );
}

function prepared(seen: Candidates, digits: readonly Digit[]): Preparation[] {
  const bright = inverted(darkOnLight(seen.grey));
  return digits.map(({ box, searched, image }) => {
    const part = clipped(seen.grey, around(searched, AROUND));
    const cut = cutOutOf(seen.ink, searched);
    const { frame } = framedStages(cut);
    return {
      box: [box.x, box.y, box.width, box.height],
      picture: small(cropped(seen.grey, part)),
      stages: {
        turn: small(cropped(bright, part)),
        ink: small(cropped(seen.ink, part)),
        cut: small(cut),
        frame,
        pen: image,
      },
    };
  });
}

function small(picture: Grey): Grey {
  return resize(picture, Math.min(1, SHOWN / Math.max(picture.width, picture.height, 1)));
}
