/** A network: its layers one after the other, then softmax. */

import { CLASSES, PIXELS } from "../data/image";
import { WEIGHT_STREAM } from "../generated/networks";
import { type Architecture, layersOf, type Scaling, scalingOf } from "./architectures";
import type { Layer, Weight } from "./layers/layer";
import { Generator } from "./random/generator";
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
  const draws = new Generator([seed, WEIGHT_STREAM]);
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
