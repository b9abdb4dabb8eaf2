/** Which of several digits the network is drawn for. */
import { digitOf, type Glyph } from "../correct/glyphs";
import { contains, type Point } from "../geometry";

/**
 * The place of a digit among the characters: the selected one, else the one that most points of the last stroke are in,
 * else the last; null if no digit was read.
 *
 * @param lastStroke in the pixels of the glyphs' boxes
 */
export function digitDrawn(
  glyphs: readonly Glyph[],
  selected: number | null,
  lastStroke: readonly Point[],
): number | null {
  const places = [...glyphs.keys()].filter((place) => digitOf(glyphs[place] as Glyph) !== null);
  if (selected !== null && places.includes(selected)) return selected;
  const inside = (place: number) =>
    lastStroke.filter((point) => contains((glyphs[place] as Glyph).box, point)).length;
  let [best, most]: [number | null, number] = [null, 0];
  for (const place of places) if (inside(place) >= most) [best, most] = [place, inside(place)];
  return best;
}
