/** A few corrected digits of one person change how that person's digits are read; see `shuzi.reading.recognise.hand`. */
import type { Grey } from "../ink/picture";
import type { Classified } from "./models";

const LEAST = 1e-6;
const FAINT = 0.05;
/** The logit below which a corrected digit says nothing: what only it would doubt is mostly right. */
const HEARD = -1;
/** The largest logit of what only looks alike: a person should see it. */
const DOUBTFUL = 1;
const [SAME, SURELY] = [0.995, 3];
const KERNEL = [1, 4, 6, 4, 1].map((each) => each / 16);
/** The changes of the cosines below in which a corrected digit comes to count. */
const [WIDTH, SHAPE_WIDTH] = [0.05, 0.03];

/** How much corrected digits count. */
interface Blend {
  /** The cosines of the hidden layers, and of the blurred pixels, from which a corrected digit counts half. */
  near: number;
  shape: number;
  /** The logit by which the right answer rises above the wrong one for the corrected digit itself. */
  margin: number;
  /** The largest rise: however sure the network was of a wrong answer, what it is surer of elsewhere stays. */
  most: number;
}

const ALONE: Blend = { near: 0.4, shape: 0.55, margin: 2, most: 8 };
/** In whole numbers, where neighbours and the line recogniser speak too. */
export const IN_NUMBERS: Blend = { near: 0.7, shape: 0.7, margin: 2, most: 12 };

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

/** What corrected digits say of a digit: what it is rather than the answer, how much they count, and how sure it is. */
export interface Correction {
  digit: number;
  alike: number;
  logit: number;
}

/** Look at an image, 28x28, of which features and probabilities are known. */
export function lookOf(image: Grey, features: Float32Array, probabilities: ArrayLike<number>): Look {
  const logs = Array.from(probabilities, (each) => Math.log(Math.max(each, LEAST)));
  return { features: unit(features), shape: unit(blurred(image)), logs };
}

/** Say what a digit is rather than its answer; null if no corrected digit speaks against the answer. */
export function rather(
  look: Look,
  answer: number,
  examples: readonly Example[],
  blend: Blend,
): Correction | null {
  const compared = examples.map((each) => ({ each, ...alikeness(look, each, blend) }));
  // an example that is labelled with the answer is for it, against all that are no more alike
  const against = compared.reduce(
    (most, { each, alike }) => (each.label === answer ? Math.max(most, alike) : most),
    0,
  );
  let best: Correction | null = null;
  for (const { each, alike, isSame } of compared) {
    const { label, logs } = each;
    const gap = at(logs, answer) - at(logs, label);
    if (label === answer || !(gap > 0 || largest(logs) === label)) continue;
    if (alike < FAINT || alike <= against) continue;
    const before = at(look.logs, label) - at(look.logs, answer);
    const raised = before + alike * Math.min(Math.max(gap, 0) + blend.margin, blend.most);
    const logit = isSame ? Math.max(raised, SURELY) : Math.min(raised, Math.max(before, DOUBTFUL));
    if (logit >= HEARD && (!best || logit > best.logit)) best = { digit: label, alike, logit };
  }
  return best;
}

/** How much alike two digits look, 0 to 1, and whether they are the same ink. */
function alikeness(one: Look, other: Look, blend: Blend): { alike: number; isSame: boolean } {
  const near = product(one.features, other.features);
  const shape = product(one.shape, other.shape);
  const isSame = near >= SAME && shape >= SAME;
  return {
    alike: isSame ? 1 : sigmoid((near - blend.near) / WIDTH) * sigmoid((shape - blend.shape) / SHAPE_WIDTH),
    isSame,
  };
}

/** Move probability from a wrong answer to the right one if corrected digits look alike. */
export function corrected(found: Classified, look: Look, examples: readonly Example[]): Classified {
  const { probabilities, isDigit } = found;
  const answer = largest(probabilities);
  const told = rather(look, answer, examples, ALONE);
  if (!told) return found;
  const both = at(probabilities, told.digit) + at(probabilities, answer);
  const share = sigmoid(told.logit);
  const moved = Float64Array.from(probabilities);
  moved[told.digit] = both * share;
  moved[answer] = both * (1 - share);
  // what resembles a corrected digit is a digit
  return { probabilities: moved, isDigit: Math.max(isDigit, told.alike) };
}

function unit(vector: Float32Array): Float32Array {
  const length = Math.sqrt(vector.reduce((sum, each) => sum + each * each, 0));
  return vector.map((each) => each / Math.max(length, 1e-6));
}

/** The blurred pixels of an image less their mean. */
function blurred({ width, height, pixels }: Grey): Float32Array {
  const rim = KERNEL.length >> 1;
  const along = (values: ArrayLike<number>, step: number, side: number, place: (n: number) => number) =>
    Float32Array.from(values, (_, n) => {
      let sum = 0;
      KERNEL.forEach((weight, k) => {
        const other = place(n) + k - rim;
        if (other >= 0 && other < side) sum += weight * at(values, n + (k - rim) * step);
      });
      return sum;
    });
  const across = along(pixels, 1, width, (n) => n % width);
  const down = along(across, width, height, (n) => Math.floor(n / width));
  const mean = down.reduce((sum, each) => sum + each, 0) / down.length;
  return down.map((each) => each - mean);
}

function sigmoid(value: number): number {
  return 1 / (1 + Math.exp(-Math.min(Math.max(value, -500), 500)));
}

function at(values: ArrayLike<number>, place: number): number {
  return values[place] as number;
}

function product(one: Float32Array, other: Float32Array): number {
  let sum = 0;
  for (let place = 0; place < one.length; place++) sum += at(one, place) * at(other, place);
  return sum;
}

function largest(values: ArrayLike<number>): number {
  let best = 0;
  for (let place = 1; place < values.length; place++) if (at(values, place) > at(values, best)) best = place;
  return best;
}
