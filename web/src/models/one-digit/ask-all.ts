/** Has several models classify one image, each a few times, to see how long it takes. */
import { classifyHere } from "../../here/read";
import { largestAt, median } from "../../ink/numbers";

/** A model's answer for an image. */
export interface Outcome {
  /** Ten, given that it is a digit. */
  readonly probabilities: Float32Array;
  /** The digit; null if the model rejects the image. */
  readonly answer: number | null;
  /** The probability of that answer. */
  readonly confidence: number;
  /** For one image, in this browser. */
  readonly milliseconds: number;
}

const TIMED = 7; // odd, so that the median is a measured time; the first call, which loads the model, does not count

/**
 * One model after the other, so that none waits for another.
 *
 * @param image 784 values, ink 255
 * @returns in the order of the models; null if a model cannot be had
 */
export async function askAll(
  image: Uint8Array,
  models: readonly string[],
): Promise<readonly (Outcome | null)[]> {
  const outcomes: (Outcome | null)[] = [];
  for (const model of models) outcomes.push(await ask(image, model).catch(() => null));
  return outcomes;
}

async function ask(image: Uint8Array, model: string): Promise<Outcome> {
  const { probabilities, isDigit, leastDigit } = await classifyHere(image, model);
  const times: number[] = [];
  while (times.length < TIMED) {
    const since = performance.now();
    await classifyHere(image, model);
    times.push(performance.now() - since);
  }
  const digit = largestAt(probabilities);
  const [digitness = 1] = isDigit;
  const isOne = digitness >= leastDigit;
  return {
    probabilities,
    answer: isOne ? digit : null,
    confidence: isOne ? digitness * (probabilities[digit] ?? 0) : 1 - digitness,
    milliseconds: median(times),
  };
}
