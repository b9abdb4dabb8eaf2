/** A network's answers become a table: how often each label got each answer, and which images they are. */
import { CLASSES } from "../../data/image";
import { largestAt } from "../../ink/numbers";

export interface Answered {
  /** Its index in the split. */
  index: number;
  label: number;
  digit: number;
  probability: number;
}

/** The answer for each image. */
export function answered(labels: Uint8Array, probabilities: Float32Array): Answered[] {
  return Array.from(labels, (label, index) => {
    const own = probabilities.subarray(index * CLASSES, (index + 1) * CLASSES);
    const digit = largestAt(own);
    return { index, label, digit, probability: own[digit] ?? 0 };
  });
}

/** For each label a row of ten counts, one for each answer. */
export function counts(answers: readonly Pick<Answered, "label" | "digit">[]): number[][] {
  const table = Array.from({ length: CLASSES }, () => new Array<number>(CLASSES).fill(0));
  for (const { label, digit } of answers) {
    const row = table[label];
    if (row) row[digit] = (row[digit] ?? 0) + 1;
  }
  return table;
}
