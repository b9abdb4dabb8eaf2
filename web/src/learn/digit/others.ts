/** Test images that are worth a look: those that a network misreads with the most confidence. */
import { PIXELS } from "../../data/image";
import { largestAt } from "../../ink/numbers";
import { softmax } from "../concepts";

export interface Misread {
  /** Its index in the test split. */
  index: number;
  label: number;
  digit: number;
  probability: number;
}

/**
 * The mistakes, the most confident first.
 *
 * @param scoresOf ten scores for 784 pixels, ink 255
 */
export function surestMistakes(
  { images, labels }: { images: Uint8Array; labels: Uint8Array },
  scoresOf: (image: Uint8Array) => number[],
  most: number,
): Misread[] {
  const misreads: Misread[] = [];
  for (const [index, label] of labels.entries()) {
    const scores = scoresOf(images.subarray(index * PIXELS, (index + 1) * PIXELS));
    const digit = largestAt(scores);
    if (digit !== label) misreads.push({ index, label, digit, probability: softmax(scores)[digit] ?? 0 });
  }
  return misreads.sort((a, b) => b.probability - a.probability).slice(0, most);
}
