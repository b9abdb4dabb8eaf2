/** Which of several digits the network is drawn for. */
import { digitOf, type Glyph } from "../digits/glyphs";
import { contains, type Point } from "../geometry/geometry";

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
