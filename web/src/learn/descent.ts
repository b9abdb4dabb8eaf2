/**
 * A slice through the real loss of a softmax network: its 7,850 weights move along two directions only. To the right,
 * from all zeros to the trained weights; upward, the remaining direction of the first step from all zeros.
 */
import { CLASSES, PIXELS } from "../data/image";
import { EPSILON } from "../generated/training";
import { stepDown } from "./concepts";

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

/** The points visited so far, including the start. */
export type Walk = readonly number[];

export type Verdict =
  | "ready"
  | "walking"
  | "creeping"
  | "arrived"
  | "caught"
  | "swinging"
  | "climbing"
  | "gone";

const FLAT = 0.005; // a slope this small counts as zero
const BOTTOM = 0.05; // this close to x = 0 counts as arrived
const MANY = 15; // steps after which a walk still near its start counts as creeping
const OUT = 1000; // beyond this, a walk has diverged
const LONGEST = 200; // steps

/** Take one more step; a finished walk does not change. */
export function stepOn(walk: Walk, curve: Curve, rate: number): Walk {
  return isOver(verdictOn(walk, curve)) ? walk : [...walk, stepDown(last(walk), curve.slope, rate)];
}

export function last(walk: Walk): number {
  return walk.at(-1) ?? Number.NaN;
}

export function verdictOn(walk: Walk, curve: Curve): Verdict {
  const [start = 0] = walk;
  const [x, before = x] = [last(walk), walk.at(-2)];
  const steps = walk.length - 1;
  if (Math.abs(x) >= OUT) return "gone";
  if (Math.abs(curve.slope(x)) < FLAT) return Math.abs(x) < BOTTOM ? "arrived" : "caught";
  if (steps === 0) return "ready";
  if (steps >= 4 && Math.abs(x - (walk.at(-3) ?? 0)) < 1e-6) return "swinging";
  if (Math.abs(x) > Math.abs(before) && Math.abs(x) > Math.abs(start)) return "climbing";
  if (steps >= MANY && Math.abs(x) > Math.abs(start) / 2) return "creeping";
  return "walking";
}

/** Whether the walk has ended. */
export function isOver(verdict: Verdict): boolean {
  return ["arrived", "caught", "gone"].includes(verdict);
}

/** Whether an automatic walk should continue. */
export function runsOn(walk: Walk, curve: Curve): boolean {
  const verdict = verdictOn(walk, curve);
  return !isOver(verdict) && walk.length <= (verdict === "swinging" ? 20 : LONGEST);
}

/** The range that the chart must show to contain the walk. */
export function reach(walk: Walk, curve: CurveName): number {
  const furthest = Math.max(...walk.slice(-2).map(Math.abs));
  const least = curve === "dent" ? 4.5 : 5;
  return Math.min(Math.max(least, furthest * 1.08), 14);
}

/** The two curves to descend, each with its exact slope. */
export interface Curve {
  height(x: number): number;
  slope(x: number): number;
}

/** x², as in the lesson. Its slope is 2x, so a rate of 0.5 arrives in one step and a rate above 1 diverges. */
const bowl: Curve = {
  height: (x) => x ** 2,
  slope: (x) => 2 * x,
};

/** x² − 4·e^(−4(x − 2.2)²): the same bowl with a local minimum near x = 2.06. */
const dent: Curve = {
  height: (x) => x ** 2 - 4 * Math.exp(-4 * (x - 2.2) ** 2),
  slope: (x) => 2 * x + 32 * (x - 2.2) * Math.exp(-4 * (x - 2.2) ** 2),
};

export const CURVES = ["bowl", "dent"] as const;
export type CurveName = (typeof CURVES)[number];
export const curves: Record<CurveName, Curve> = { bowl, dent };
