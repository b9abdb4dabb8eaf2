/** A network: its layers one after the other, then softmax. */
import { CLASSES, PIXELS } from "../data/image";
import { MEAN, SPREAD, WEIGHT_STREAM } from "../generated/networks";
import { Convolution, Dense, type Layer, Pooling, Relu, type Shape, type Weight } from "./layers";
import { RandomGenerator } from "./random";
import type { NetworkName, Settings } from "./settings";
import { Workspace } from "./workspace";

/** How many images go through the network at once; larger batches go through it piece by piece. */
export const AT_ONCE = 64;

export class Network {
  readonly layers: readonly Layer[];
  readonly scaling: Scaling;
  /** Inputs for up to AT_ONCE images, which callers fill. */
  readonly inputs: Float32Array;
  readonly #probabilities: Float32Array;
  readonly #gradient: Float32Array;

  /** @param seed decides the first weights */
  constructor(
    readonly architecture: Architecture,
    seed: number,
  ) {
    const space = new Workspace();
    this.scaling = scalingOf(architecture.network);
    this.inputs = space.floats(AT_ONCE * PIXELS);
    this.layers = layersOf(architecture, space, AT_ONCE);
    this.#probabilities = space.floats(AT_ONCE * CLASSES);
    this.#gradient = space.floats(AT_ONCE * CLASSES);
    if (architecture.network !== "softmax") drawKernels(this.weights, seed); // softmax starts from 0
  }

  get weights(): readonly Weight[] {
    return this.layers.flatMap(({ weights }) => weights);
  }

  get parameters(): number {
    return this.weights.reduce((sum, { values }) => sum + values.length, 0);
  }

  /** From the first `count` images of `inputs` to ten probabilities for each. */
  forward(count: number): Float32Array {
    let values = this.inputs;
    for (const layer of this.layers) values = layer.forward(values, count);
    softmax(values, this.#probabilities, count);
    return this.#probabilities;
  }

  /**
   * Back from the gradient of the ten scores of each image; the gradients of the weights are added up.
   *
   * @param fill writes the gradient of the scores, given the probabilities that `forward` returned
   */
  backward(count: number, fill: (probabilities: Float32Array, gradient: Float32Array) => void): void {
    fill(this.#probabilities, this.#gradient);
    let gradient: Float32Array | null = this.#gradient;
    for (const layer of [...this.layers].reverse()) {
      if (gradient) gradient = layer.backward(gradient, count);
    }
  }

  /** Ten probabilities for each image of 784 pixels, 0 to 255. */
  answers(images: Uint8Array): Float32Array {
    const count = images.length / PIXELS;
    const answers = new Float32Array(count * CLASSES);
    for (let start = 0; start < count; start += AT_ONCE) {
      const stop = Math.min(start + AT_ONCE, count);
      this.put(images.subarray(start * PIXELS, stop * PIXELS), 0);
      answers.set(this.forward(stop - start).subarray(0, (stop - start) * CLASSES), start * CLASSES);
    }
    return answers;
  }

  /** Write pixels, 0 to 255, into `inputs`, from image `index` on. */
  put(pixels: ArrayLike<number>, index: number): void {
    const { inputs, scaling } = this;
    const from = index * PIXELS;
    for (let pixel = 0; pixel < pixels.length; pixel++) {
      inputs[from + pixel] = (pixels[pixel] as number) * scaling.scale + scaling.offset;
    }
  }
}

/** Draw the kernels as Glorot and Bengio (2010) do, from the same numbers as in Python; biases stay 0. */
function drawKernels(weights: readonly Weight[], seed: number): void {
  const draws = new RandomGenerator([seed, WEIGHT_STREAM]);
  for (const { shape, values } of weights) {
    if (shape.length === 1) continue;
    const window = shape.slice(0, -2).reduce((product, side) => product * side, 1);
    const [came = 0, goes = 0] = shape.slice(-2);
    const reach = Math.sqrt(6 / (window * (came + goes)));
    for (let index = 0; index < values.length; index++) values[index] = -reach + 2 * reach * draws.double();
  }
}

/** Scores become probabilities, ten by ten. Subtracting the largest first keeps exp from overflowing. */
function softmax(scores: Float32Array, probabilities: Float32Array, count: number): void {
  for (let start = 0; start < count * CLASSES; start += CLASSES) {
    let largest = Number.NEGATIVE_INFINITY;
    for (let digit = 0; digit < CLASSES; digit++)
      largest = Math.max(largest, scores[start + digit] as number);
    let sum = 0;
    for (let digit = 0; digit < CLASSES; digit++) {
      const enlarged = Math.exp((scores[start + digit] as number) - largest);
      probabilities[start + digit] = enlarged;
      sum += enlarged;
    }
    for (let digit = 0; digit < CLASSES; digit++) {
      probabilities[start + digit] = (probabilities[start + digit] as number) / sum;
    }
  }
}

const PICTURE: Shape = { rows: 28, columns: 28, channels: 1 };

/** How pixels, 0 to 255, become inputs: value · scale + offset. */
interface Scaling {
  scale: number;
  offset: number;
}

function scalingOf(network: NetworkName): Scaling {
  if (network === "small_convolutions") return { scale: 1 / 255 / SPREAD, offset: -MEAN / SPREAD };
  return { scale: 1 / 255, offset: 0 };
}

/** Settings that decide what a network is. */
type Architecture = Pick<Settings, "network" | "hidden" | "depth">;

/**
 * Build the layers of a network; softmax follows the last one.
 *
 * @param most the largest number of images at once
 */
function layersOf({ network, hidden, depth }: Architecture, space: Workspace, most: number): Layer[] {
  const layers: Layer[] = [];
  const shape = () => layers.at(-1)?.output ?? PICTURE;
  const first = () => layers.length === 0;
  const convolve = (name: string, filters: number, side: number) => {
    layers.push(new Convolution(name, space, shape(), filters, side, most, first()));
    layers.push(new Pooling(space, shape(), most));
    layers.push(new Relu(space, shape(), most));
  };
  if (network === "mlp") {
    for (let layer = 0; layer < depth; layer++) {
      layers.push(new Dense(layer ? `hidden_${layer}` : "hidden", space, shape(), hidden, most, first()));
      layers.push(new Relu(space, shape(), most));
    }
  }
  if (network === "small_convolutions") {
    convolve("conv2d", 8, 5);
    convolve("conv2d_1", 16, 3);
  }
  layers.push(new Dense("output", space, shape(), CLASSES, most, first()));
  return layers;
}

/** How a label of a batch becomes ten targets. */
interface Targets {
  epsilon: number;
  label_smoothing: number;
}

/** -Σ target · log(y + epsilon), added up over the images. */
export function crossEntropy(probabilities: Float32Array, labels: Uint8Array, targets: Targets): number {
  let sum = 0;
  for (let image = 0; image < labels.length; image++) {
    for (let digit = 0; digit < CLASSES; digit++) {
      const target = targetOf(digit, labels[image] as number, targets.label_smoothing);
      if (target)
        sum -= target * Math.log((probabilities[image * CLASSES + digit] as number) + targets.epsilon);
    }
  }
  return sum;
}

/**
 * The gradient of that sum for the scores: as good as y - target, since softmax and the logarithm cancel out but for
 * epsilon.
 *
 * @param weight the factor of each image's gradient
 */
export function scoreGradient(
  probabilities: Float32Array,
  labels: Uint8Array,
  targets: Targets,
  weight: number,
  gradient: Float32Array,
): void {
  const pull = new Float64Array(CLASSES);
  for (let image = 0; image < labels.length; image++) {
    const start = image * CLASSES;
    let total = 0;
    for (let digit = 0; digit < CLASSES; digit++) {
      const y = probabilities[start + digit] as number;
      const target = targetOf(digit, labels[image] as number, targets.label_smoothing);
      pull[digit] = target ? (target * y) / (y + targets.epsilon) : 0;
      total += pull[digit] as number;
    }
    for (let digit = 0; digit < CLASSES; digit++) {
      const y = probabilities[start + digit] as number;
      gradient[start + digit] = weight * (y * total - (pull[digit] as number));
    }
  }
}

/** How many images got their label as the most probable answer. */
export function countCorrect(probabilities: Float32Array, labels: Uint8Array): number {
  let correct = 0;
  for (let image = 0; image < labels.length; image++) {
    if (largestOf(probabilities, image * CLASSES) === labels[image]) correct++;
  }
  return correct;
}

/** The digit with the largest of the ten values from `start` on; the first of equal ones. */
export function largestOf(values: Float32Array, start: number): number {
  let largest = 0;
  for (let digit = 1; digit < CLASSES; digit++) {
    if ((values[start + digit] as number) > (values[start + largest] as number)) largest = digit;
  }
  return largest;
}

function targetOf(digit: number, label: number, smoothing: number): number {
  return (digit === label ? 1 - smoothing : 0) + smoothing / CLASSES;
}
