/** Find test images worth a look: those that a network misreads with the most confidence. */
import { PIXELS } from "../../data/image";
import { largestAt } from "../../ink/numbers";
import { pause } from "../../shared/pause";
import { softmax } from "../concepts";
import type { Answered } from "../mistakes/confusion";

const AT_ONCE = 250; // images: some 10 ms

/**
 * The mistakes, the most confident first; the page stays responsive meanwhile.
 *
 * @param scoresOf ten scores for 784 pixels, ink 255
 */
export async function surestMistakes(
  { images, labels }: { images: Uint8Array; labels: Uint8Array },
  scoresOf: (image: Uint8Array) => number[],
  most: number,
): Promise<Answered[]> {
  const misreads: Answered[] = [];
  for (const [index, label] of labels.entries()) {
    if (index % AT_ONCE === 0) await pause();
    const scores = scoresOf(images.subarray(index * PIXELS, (index + 1) * PIXELS));
    const digit = largestAt(scores);
    if (digit !== label) misreads.push({ index, label, digit, probability: softmax(scores)[digit] ?? 0 });
  }
  return misreads.sort((a, b) => b.probability - a.probability).slice(0, most);
}
