/** Place the labels of boxes above or below their box, or hide those that would cover another. */
import { overlap, type Point, type Rect, type Size } from "./geometry";

export interface Wanted {
  /** The width as drawn; a label without a width covers nothing. */
  box: Rect;
  /** "" for a box without a label. */
  text: string;
  /** Where it is tried first. */
  side: "above" | "below";
}

const ABOVE = 6; // CSS pixels between a box and the baseline above it,
const BELOW = 15; // and the baseline below it
const HEIGHT = 12; // of a line, from the baseline up
const DIGIT = 9; // the width of a character,
const IDEOGRAPH = 14; // and of a Chinese one
const INSET = 2;

/**
 * The position of each label, in order; null for one that would be outside or on a box or label of another.
 *
 * @param size of the area
 */
export function positionsOf(labels: readonly Wanted[], size: Size): (Point | null)[] {
  const taken: Rect[] = [];
  return labels.map(({ box, text, side }) => {
    if (text === "") return null;
    const others = [...labels.map((label) => label.box), ...taken].filter((rect) => rect !== box);
    const baselines = [box.y - ABOVE, box.y + box.height + BELOW];
    if (side === "below") baselines.reverse();
    for (const y of baselines) {
      const at = { x: box.x + INSET, y };
      const covered = { x: at.x, y: y - HEIGHT, width: widthOf(text), height: HEIGHT };
      if (covered.y < 0 || y > size.height || others.some((rect) => overlap(rect, covered))) continue;
      taken.push(covered);
      return at;
    }
    return null;
  });
}

function widthOf(text: string): number {
  return [...text].reduce((sum, character) => sum + (character > "\u2e80" ? IDEOGRAPH : DIGIT), 0);
}
