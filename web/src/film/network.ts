/** A shipped network, built from the page's training layers, so that it has gradients too. */
import { file, once } from "../bundle/files";
import { CLASSES, PIXELS } from "../data/image";
import { SIDE } from "../generated/ink/normalize";
import {
  Convolution,
  Dense,
  type Layer,
  Pooling,
  Relu,
  type Shape,
  sizeOf,
  type Weight,
} from "../networks/layers";
import { Workspace } from "../networks/workspace";
import { type Graph, type Node, type Tensor, unpack } from "../runtime/graph";

const PICTURE: Shape = { rows: SIDE, columns: SIDE, channels: 1 };
const MEGABYTES = 2; // more than enough for one image
/** Nodes that only change how values are laid out, and softmax, which is the film's own. */
const PLAIN = new Set(["Reshape", "Transpose", "Flatten", "Softmax"]);

/** Square maps: the channels of each pixel, pixel after pixel, row by row. */
export interface Maps {
  side: number;
  channels: number;
  values: Float32Array;
}

interface Passed {
  /** The outputs of the layers, in order. */
  outputs: readonly Maps[];
  scores: readonly number[];
}

export class FilmNetwork {
  readonly layers: readonly Layer[];
  readonly #inputs: Float32Array;
  readonly #ofScores: Float32Array;
  readonly #scaling: { scale: number; offset: number };
  #ofPicture: Float32Array | null = null;

  /**
   * @param isPictureJudged whether `backward` goes back to the picture too
   * @throws Error if the graph has a node that the page cannot train
   */
  constructor(graph: Pick<Graph, "nodes" | "tensors">, isPictureJudged = false) {
    const space = new Workspace(MEGABYTES);
    this.#inputs = space.floats(PIXELS);
    this.#ofScores = space.floats(CLASSES);
    this.#scaling = {
      scale: numbersOf(graph, "scale/scale")[0] ?? 1 / 255,
      offset: numbersOf(graph, "scale/offset")[0] ?? 0,
    };
    this.layers = layersOf(graph, space, isPictureJudged);
  }

  get weights(): readonly Weight[] {
    return this.layers.flatMap(({ weights }) => weights);
  }

  /** @param image 784 values, ink 255 */
  forward(image: Uint8Array): Passed {
    const { scale, offset } = this.#scaling;
    this.#inputs.set(Float32Array.from(image, (value) => value * scale + offset));
    let values = this.#inputs;
    const outputs = this.layers.map((layer) => {
      values = layer.forward(values, 1);
      return mapsOf(values, layer.output);
    });
    return { outputs, scores: Array.from(outputs.at(-1)?.values ?? []) };
  }

  /** From the gradient of the scores to that of each layer's output; those of the weights stay with the weights. */
  backward(ofScores: readonly number[]): readonly Maps[] {
    for (const { gradient } of this.weights) gradient.fill(0);
    this.#ofScores.set(ofScores);
    let gradient: Float32Array | null = this.#ofScores;
    const gradients: Maps[] = [];
    for (const layer of this.layers.toReversed()) {
      if (!gradient) break;
      gradients.unshift(mapsOf(gradient, layer.output));
      gradient = layer.backward(gradient, 1);
    }
    const { scale } = this.#scaling;
    this.#ofPicture = gradient?.slice(0, PIXELS).map((value) => value * scale) ?? null;
    return gradients;
  }

  /** The gradient of the last `backward` with respect to each pixel, by its value from 0 to 255. */
  get ofPicture(): Float32Array {
    if (!this.#ofPicture) throw new Error("the picture was not judged");
    return this.#ofPicture;
  }

  /** One step of gradient descent with the gradients of the last `backward`. */
  descend(rate: number): void {
    for (const { values, gradient } of this.weights)
      values.set(values.map((value, index) => value - rate * (gradient[index] as number)));
  }
}

function mapsOf(values: Float32Array, shape: Shape): Maps {
  return { side: shape.rows, channels: shape.channels, values: values.slice(0, sizeOf(shape)) };
}

function layersOf(
  graph: Pick<Graph, "nodes" | "tensors">,
  space: Workspace,
  isPictureJudged: boolean,
): Layer[] {
  const layers: Layer[] = [];
  for (const node of graph.nodes) {
    const shape = layers.at(-1)?.output ?? PICTURE;
    const layer = layerOf(node, graph, space, shape, layers.length === 0 && !isPictureJudged);
    if (layer) layers.push(layer);
    else if (node.op === "Add" && layers.at(-1) instanceof Dense)
      layers.at(-1)?.weights[1]?.values.set(numbersOf(graph, node.inputs[1]));
    else if (layers.length > 0 && !PLAIN.has(node.op)) throw new Error(`the film knows no ${node.op}`);
  }
  return layers;
}

function layerOf(
  { op, inputs, attributes }: Node,
  graph: Pick<Graph, "tensors">,
  space: Workspace,
  shape: Shape,
  first: boolean,
): Layer | null {
  const tensor = graph.tensors.get(inputs[1] ?? "");
  const name = (inputs[1] ?? "").split("/")[0] ?? "";
  if (op === "Conv" && tensor) {
    const layer = new Convolution(name, space, shape, tensor.dims[0] ?? 0, tensor.dims[2] ?? 0, 1, first);
    layer.weights[0].values.set(asKeras(tensor));
    if (inputs[2]) layer.weights[1].values.set(numbersOf(graph, inputs[2]));
    return layer;
  }
  if (op === "MatMul" && tensor) {
    const layer = new Dense(name, space, shape, tensor.dims[1] ?? 0, 1, first);
    layer.weights[0].values.set(tensor.values);
    return layer;
  }
  if (op === "BatchNormalization") {
    const layer = new Normalisation(name, space, shape, 1);
    const [gamma = [], beta = [], mean = [], variance = []] = inputs
      .slice(1)
      .map((each) => numbersOf(graph, each));
    const [scale, shift] = layer.weights;
    scale.values.set(
      Array.from(
        gamma,
        (value, index) => value / Math.sqrt((variance[index] ?? 0) + Number(attributes.epsilon)),
      ),
    );
    shift.values.set(
      Array.from(beta, (value, index) => value - (mean[index] ?? 0) * (scale.values[index] ?? 0)),
    );
    return layer;
  }
  if (op === "MaxPool") return new Pooling(space, shape, 1);
  if (op === "Relu") return new Relu(space, shape, 1);
  return null;
}

/** ONNX orders a kernel by output, input, row and column; training by row, column, input and output. */
function asKeras({ dims, values }: Tensor): Float32Array {
  const [goes = 0, came = 0, rows = 0, columns = 0] = dims;
  const turned = new Float32Array(values.length);
  for (let to = 0; to < goes; to++)
    for (let from = 0; from < came; from++)
      for (let at = 0; at < rows * columns; at++)
        turned[(at * came + from) * goes + to] = values[(to * came + from) * rows * columns + at] as number;
  return turned;
}

function numbersOf({ tensors }: Pick<Graph, "tensors">, name: string | undefined): ArrayLike<number> {
  return tensors.get(name ?? "")?.values ?? [];
}

/** Batch normalisation after training: each channel times a number, plus another. */
class Normalisation implements Layer {
  readonly weights: readonly [scale: Weight, shift: Weight];
  readonly #y: Float32Array;
  readonly #back: Float32Array;
  #x: Float32Array = new Float32Array();

  /** @param output the shape of the inputs too */
  constructor(
    name: string,
    space: Workspace,
    readonly output: Shape,
    most: number,
  ) {
    const { channels } = output;
    const weight = (part: string): Weight => ({
      name: `${name}/${part}`,
      shape: [channels],
      values: space.floats(channels),
      gradient: space.floats(channels),
    });
    this.weights = [weight("scale"), weight("shift")];
    this.#y = space.floats(most * sizeOf(output));
    this.#back = space.floats(most * sizeOf(output));
  }

  forward(inputs: Float32Array, count: number): Float32Array {
    const [{ values: scale }, { values: shift }] = this.weights;
    this.#x = inputs;
    for (let index = 0; index < count * sizeOf(this.output); index++) {
      const channel = index % scale.length;
      this.#y[index] = (inputs[index] as number) * (scale[channel] as number) + (shift[channel] as number);
    }
    return this.#y;
  }

  backward(gradient: Float32Array, count: number): Float32Array {
    const [scale, shift] = this.weights;
    for (let index = 0; index < count * sizeOf(this.output); index++) {
      const channel = index % scale.values.length;
      const slope = gradient[index] as number;
      scale.gradient[channel] = (scale.gradient[channel] as number) + slope * (this.#x[index] as number);
      shift.gradient[channel] = (shift.gradient[channel] as number) + slope;
      this.#back[index] = slope * (scale.values[channel] as number);
    }
    return this.#back;
  }
}

const loaded = once(() => file("models/tiny.bin.gz").then(unpack));

/** Its graph; "missing" if it could not be loaded, and then the next call tries again. */
export function filmGraph(): Promise<Graph | "missing"> {
  return loaded().catch(() => "missing" as const);
}
