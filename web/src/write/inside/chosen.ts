/** Which of several digits the network is drawn for. */

import { contains, type Point } from "../geometry";
import { digitOf, type Glyph } from "../glyphs";

/**
 * The index of a digit among the characters: the selected one, else the one that most points of the last stroke are in,
 * else the last; null if no digit was read.
 *
 * @param lastStroke in the pixels of the glyphs' boxes
 */
export function digitDrawn(
  glyphs: readonly Glyph[],
  selected: number | null,
  lastStroke: readonly Point[],
): number | null {
  const indices = [...glyphs.keys()].filter((index) => digitOf(glyphs[index] as Glyph) !== null);
  if (selected !== null && indices.includes(selected)) return selected;
  const inside = (index: number) =>
    lastStroke.filter((point) => contains((glyphs[index] as Glyph).box, point)).length;
  let [best, most]: [number | null, number] = [null, 0];
  for (const index of indices) if (inside(index) >= most) [best, most] = [index, inside(index)];
  return best;
}

/**
 * @param before awaited before each piece of work; requests made meanwhile count
 * @param work done with the newest request; a failure stops nothing
 */
export function newestOnly<T>(
  before: () => Promise<void>,
  work: (asked: T) => Promise<void>,
): (asked: T) => void {
  const waiting: T[] = [];
  let isBusy = false;
  const goOn = async () => {
    if (isBusy) return;
    isBusy = true;
    while (waiting.length > 0) {
      await before();
      for (const newest of waiting.splice(0)) await work(newest).catch(() => undefined);
    }
    isBusy = false;
  };
  return (asked) => {
    waiting.splice(0, 1, asked);
    void goOn();
  };
}
