/**
 * A slice through the real loss of a softmax network: its 7,850 weights move along two directions only. To the right,
 * from all zeros to the trained weights; upward, the remaining direction of the first step from all zeros.
 */
import { CLASSES, PIXELS } from "../../../data/image";
import { EPSILON } from "../../../generated/training";

/** A place in the slice: how far the weights are moved in each direction. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A weight for each pixel and a bias, digit after digit. */
type Weights = Float64Array;
const OF_A_DIGIT = PIXELS + 1;

export class Slice {
  /** How far to the right the trained weights are. */
  readonly trained: number;
  /** The directions, each of length 1. */
  readonly across: Weights;
  readonly up: Weights;
  readonly #labels: Uint8Array;
  /** The change of each score of each image per unit of movement. */
  readonly #across: Float64Array;
  readonly #up: Float64Array;

  /**
   * @param images 784 values of each, ink 255, one after another
   * @param trained for each digit the weights of the pixels, and its bias
   */
  constructor(
    images: Uint8Array,
    labels: Uint8Array,
    trained: readonly { pixels: Float32Array; bias: number }[],
  ) {
    this.#labels = labels;
    const weights = Float64Array.from(trained.flatMap(({ pixels, bias }) => [...pixels, bias]));
    this.trained = length(weights);
    this.across = weights.map((weight) => weight / this.trained);
    const first = firstStep(images, labels);
    const along = product(first, this.across);
    const perpendicular = first.map((component, index) => component - along * (this.across[index] as number));
    const size = length(perpendicular);
    this.up = perpendicular.map((component) => component / size);
    // scores are sums of products, so that the two directions can be added up
    this.#across = scores(images, this.across);
    this.#up = scores(images, this.up);
  }

  /** The mean cross-entropy over the images. */
  loss(at: Point): number {
    let sum = 0;
    this.#forEachImage(at, (probabilities, image) => {
      sum -= Math.log((probabilities[this.#labels[image] as number] as number) + EPSILON);
    });
    return sum / this.#labels.length;
  }

  /** The slope in each direction. */
  slope(at: Point): Point {
    let [x, y] = [0, 0];
    this.#forEachImage(at, (probabilities, image) => {
      for (let digit = 0; digit < CLASSES; digit++) {
        const pull = (probabilities[digit] as number) - +(digit === this.#labels[image]);
        x += pull * (this.#across[image * CLASSES + digit] as number);
        y += pull * (this.#up[image * CLASSES + digit] as number);
      }
    });
    return { x: x / this.#labels.length, y: y / this.#labels.length };
  }

  #forEachImage({ x, y }: Point, look: (probabilities: Float64Array, image: number) => void): void {
    const probabilities = new Float64Array(CLASSES);
    for (let image = 0; image < this.#labels.length; image++) {
      let [largest, sum] = [Number.NEGATIVE_INFINITY, 0];
      for (let digit = 0; digit < CLASSES; digit++) {
        const index = image * CLASSES + digit;
        const score = x * (this.#across[index] as number) + y * (this.#up[index] as number);
        probabilities[digit] = score;
        if (score > largest) largest = score;
      }
      for (let digit = 0; digit < CLASSES; digit++) {
        const enlarged = Math.exp((probabilities[digit] as number) - largest);
        probabilities[digit] = enlarged;
        sum += enlarged;
      }
      for (let digit = 0; digit < CLASSES; digit++)
        probabilities[digit] = (probabilities[digit] as number) / sum;
      look(probabilities, image);
    }
  }
}

/** Against the gradient of the loss where all weights are 0, and so all probabilities 0.1. */
function firstStep(images: Uint8Array, labels: Uint8Array): Weights {
  const step = new Float64Array(CLASSES * OF_A_DIGIT);
  labels.forEach((label, image) => {
    for (let digit = 0; digit < CLASSES; digit++) {
      const push = (+(digit === label) - 1 / CLASSES) / labels.length;
      const start = digit * OF_A_DIGIT;
      for (let pixel = 0; pixel < PIXELS; pixel++)
        step[start + pixel] =
          (step[start + pixel] as number) + (push * (images[image * PIXELS + pixel] as number)) / 255;
      step[start + PIXELS] = (step[start + PIXELS] as number) + push;
    }
  });
  return step;
}

/** Ten scores of each image. */
function scores(images: Uint8Array, weights: Weights): Float64Array {
  return Float64Array.from({ length: (images.length / PIXELS) * CLASSES }, (_, index) => {
    const [from, start] = [Math.floor(index / CLASSES) * PIXELS, (index % CLASSES) * OF_A_DIGIT];
    let sum = weights[start + PIXELS] as number;
    for (let pixel = 0; pixel < PIXELS; pixel++)
      sum += ((images[from + pixel] as number) / 255) * (weights[start + pixel] as number);
    return sum;
  });
}

function product(a: Weights, b: Weights): number {
  return a.reduce((sum, component, index) => sum + component * (b[index] as number), 0);
}

function length(weights: Weights): number {
  return Math.sqrt(product(weights, weights));
}
