/** A few corrected digits of one person change how that person's digits are read; see `shuzi.reading.hand`. */
import {
  ALONE,
  BLUR_KERNEL,
  FAINT_SIMILARITY,
  MAX_LOGIT_OF_ALIKE,
  MIN_LOGGED_PROBABILITY,
  MIN_LOGIT,
  SAME_INK_LOGIT,
  SAME_INK_SIMILARITY,
} from "../../generated/reading";
import type { Grey } from "../../ink/picture";
import type { Classified } from "./models";

/** How much corrected digits count. */
type Blend = Readonly<Record<keyof typeof ALONE, number>>;

/** How a digit looks. */
export interface Look {
  /** The network's last hidden layer, of length 1. */
  features: Float32Array;
  /** Its blurred pixels less the mean, of length 1. */
  shape: Float32Array;
  /** The logs of the network's probabilities. */
  logs: readonly number[];
}

/** A corrected digit. */
export interface Example extends Look {
  label: number;
}

/** The evidence of corrected digits about a digit: which one they say it is, how much they count, and how sure it is. */
export interface Correction {
  digit: number;
  alike: number;
  logit: number;
}

/** Look at an image, 28x28, of which features and probabilities are known. */
export function lookOf(image: Grey, features: Float32Array, probabilities: ArrayLike<number>): Look {
  const logs = Array.from(probabilities, (probability) =>
    Math.log(Math.max(probability, MIN_LOGGED_PROBABILITY)),
  );
  return { features: unit(features), shape: unit(blurred(image)), logs };
}

/** Correct the answer for a digit; null if no corrected digit contradicts the answer. */
export function rather(
  look: Look,
  answer: number,
  examples: readonly Example[],
  blend: Blend,
): Correction | null {
  const compared = examples.map((example) => ({ example, ...alikeness(look, example, blend) }));
  // an example that is labelled with the answer is for it, against all that are no more alike
  const against = compared.reduce(
    (most, { example, alike }) => (example.label === answer ? Math.max(most, alike) : most),
    0,
  );
  let best: Correction | null = null;
  for (const { example, alike, isSame } of compared) {
    const { label, logs } = example;
    const gap = at(logs, answer) - at(logs, label);
    if (label === answer || !(gap > 0 || largest(logs) === label)) continue;
    if (alike < FAINT_SIMILARITY || alike <= against) continue;
    const before = at(look.logs, label) - at(look.logs, answer);
    const raised = before + alike * Math.min(Math.max(gap, 0) + blend.margin, blend.max_rise);
    const logit = isSame
      ? Math.max(raised, SAME_INK_LOGIT)
      : Math.min(raised, Math.max(before, MAX_LOGIT_OF_ALIKE));
    if (logit >= MIN_LOGIT && (!best || logit > best.logit)) best = { digit: label, alike, logit };
  }
  return best;
}

/** How much alike two digits look, 0 to 1, and whether they are the same ink. */
function alikeness(a: Look, b: Look, blend: Blend): { alike: number; isSame: boolean } {
  const near = product(a.features, b.features);
  const shape = product(a.shape, b.shape);
  const isSame = near >= SAME_INK_SIMILARITY && shape >= SAME_INK_SIMILARITY;
  return {
    alike: isSame
      ? 1
      : sigmoid((near - blend.near) / blend.width) * sigmoid((shape - blend.shape) / blend.shape_width),
    isSame,
  };
}

/** Move probability from a wrong answer to the right one if corrected digits look alike. */
export function corrected(classified: Classified, look: Look, examples: readonly Example[]): Classified {
  const { probabilities, isDigit } = classified;
  const answer = largest(probabilities);
  const correction = rather(look, answer, examples, ALONE);
  if (!correction) return classified;
  const both = at(probabilities, correction.digit) + at(probabilities, answer);
  const probability = sigmoid(correction.logit);
  const moved = Float64Array.from(probabilities);
  moved[correction.digit] = both * probability;
  moved[answer] = both * (1 - probability);
  // what resembles a corrected digit is a digit
  return { probabilities: moved, isDigit: Math.max(isDigit, correction.alike) };
}

function unit(vector: Float32Array): Float32Array {
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  return vector.map((value) => value / Math.max(length, 1e-6));
}

/** The blurred pixels of an image less their mean. */
function blurred({ width, height, pixels }: Grey): Float32Array {
  const rim = BLUR_KERNEL.length >> 1;
  const along = (values: ArrayLike<number>, step: number, side: number, indexOf: (n: number) => number) =>
    Float32Array.from(values, (_, n) => {
      let sum = 0;
      BLUR_KERNEL.forEach((weight, k) => {
        const neighbour = indexOf(n) + k - rim;
        if (neighbour >= 0 && neighbour < side) sum += weight * at(values, n + (k - rim) * step);
      });
      return sum;
    });
  const across = along(pixels, 1, width, (n) => n % width);
  const down = along(across, width, height, (n) => Math.floor(n / width));
  const mean = down.reduce((sum, value) => sum + value, 0) / down.length;
  return down.map((value) => value - mean);
}

function sigmoid(value: number): number {
  return 1 / (1 + Math.exp(-Math.min(Math.max(value, -500), 500)));
}

function at(values: ArrayLike<number>, index: number): number {
  return values[index] as number;
}

function product(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += at(a, index) * at(b, index);
  return sum;
}

function largest(values: ArrayLike<number>): number {
  let best = 0;
  for (let index = 1; index < values.length; index++) if (at(values, index) > at(values, best)) best = index;
  return best;
}
