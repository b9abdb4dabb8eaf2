/** Has several models classify one image. */
import { classifyHere } from "../here/read";
import { largestAt } from "../ink/numbers";

/** A model's answer for an image. */
export interface Outcome {
  /** Ten, given that it is a digit. */
  readonly probabilities: Float32Array;
  /** The digit; null if the model rejects the image. */
  readonly answer: number | null;
  /** The probability of that answer. */
  readonly confidence: number;
}

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
  const digit = largestAt(probabilities);
  const [digitness = 1] = isDigit;
  const isOne = digitness >= leastDigit;
  return {
    probabilities,
    answer: isOne ? digit : null,
    confidence: isOne ? digitness * (probabilities[digit] ?? 0) : 1 - digitness,
  };
}
