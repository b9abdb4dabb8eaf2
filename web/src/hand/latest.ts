/** Keep only the last record of each image. */
import type { KeptDigit } from "./npz";

/** A kept digit and its increasing id in the store. */
export interface Numbered extends KeptDigit {
  id: number;
}

/** @returns the last record of each image, in their order, and the numbers of the others */
export function latestOnly(digits: readonly Numbered[]): [latest: Numbered[], earlier: number[]] {
  const last = new Map<string, number>();
  for (const { id, image } of digits) last.set(String(image), Math.max(id, last.get(String(image)) ?? id));
  const isLast = ({ id, image }: Numbered) => last.get(String(image)) === id;
  return [digits.filter(isLast), digits.filter((digit) => !isLast(digit)).map(({ id }) => id)];
}
