/** A few corrected digits of one person change how that person's digits are read; see `shuzi.reading.hand`. */
import type { Classified } from "./models";

const LEAST = 1e-6;
/** The cosine from which a corrected digit counts half, and the change of it in which it comes to count. */
const [NEAR, WIDTH] = [0.6, 0.05];
/** The logit by which the right answer rises above the wrong one for the corrected digit itself. */
const MARGIN = 0.5;

/** A corrected digit as the network sees it. */
export interface Example {
  /** The last hidden layer, of length 1. */
  features: Float32Array;
  label: number;
  /** What the network takes it for. */
  answer: number;
  /** The logit by which the network prefers its answer to the label; 0 where they are the same. */
  gap: number;
}

/** A feature vector as one of length 1. */
export function unit(features: Float32Array): Float32Array {
  const length = Math.sqrt(features.reduce((sum, each) => sum + each * each, 0));
  return features.map((each) => each / Math.max(length, 1e-6));
}

/** A corrected digit whose features (of length 1) and probabilities are known. */
export function exampleOf(features: Float32Array, label: number, probabilities: ArrayLike<number>): Example {
  const logs = Array.from(probabilities, (each) => Math.log(Math.max(each, LEAST)));
  const answer = largest(logs);
  return { features, label, answer, gap: (logs[answer] as number) - (logs[label] as number) };
}

/** Move probability from a wrong answer to the right one if corrected digits look alike. */
export function corrected(
  { probabilities, isDigit }: Classified,
  features: Float32Array,
  examples: readonly Example[],
): Classified {
  const answer = largest(probabilities);
  let [rise, label, like] = [0, answer, 0];
  for (const each of examples) {
    if (each.answer !== answer || each.label === each.answer) continue;
    const alike = 1 / (1 + Math.exp(-(product(features, each.features) - NEAR) / WIDTH));
    const higher = alike * (each.gap + MARGIN);
    if (higher > rise) [rise, label, like] = [higher, each.label, alike];
  }
  if (rise <= 0) return { probabilities, isDigit };
  const both = (probabilities[label] as number) + (probabilities[answer] as number);
  const right = Math.max(probabilities[label] as number, LEAST);
  const wrong = Math.max(probabilities[answer] as number, LEAST);
  const share = 1 / (1 + Math.exp(Math.log(wrong / right) - rise));
  const moved = Float64Array.from(probabilities);
  moved[label] = both * share;
  moved[answer] = both * (1 - share);
  // what resembles a corrected digit is a digit
  return { probabilities: moved, isDigit: Math.max(isDigit, like) };
}

function product(one: Float32Array, other: Float32Array): number {
  let sum = 0;
  for (let place = 0; place < one.length; place++) sum += (one[place] as number) * (other[place] as number);
  return sum;
}

function largest(values: ArrayLike<number>): number {
  let best = 0;
  for (let place = 1; place < values.length; place++)
    if ((values[place] as number) > (values[best] as number)) best = place;
  return best;
}
