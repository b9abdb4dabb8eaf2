/** Ink beside a line that an edge of the picture cuts off; see `shuzi.reading.decide.doubts.cut_ink`. */

import { SOLID } from "../../../generated/ink/components";
import {
  CHARACTER_MARGIN,
  CUT_GAP,
  CUT_HEIGHT,
  CUT_INSIDE,
  CUT_PART,
  LOW_PICTURE,
  SAME_INK,
} from "../../../generated/reading/decide";
import { EDGE_PIXELS } from "../../../generated/reading/find";
import { type Box, bottomOf, intersection, rightOf, touched } from "../../../ink/boxes";
import { labelled } from "../../../ink/components";
import { median } from "../../../ink/numbers";
import { clipped, cropped, type Grey, type Part } from "../../../ink/picture";

/**
 * Whether ink beside the digits of a line, in none of them, runs into the left or right edge of the picture.
 *
 * @param digits the boxes of a line's digits; at least one
 * @param printed the boxes of what is no part of the line: printed lines and patterns, stains, other lines' digits
 */
export function isCutAtSide(ink: Grey, digits: readonly Box[], printed: readonly Box[]): boolean {
  const height = median(digits.map((box) => box.height));
  const first = digits.reduce((least, box) => (box.x < least.x ? box : least));
  const last = digits.reduce((most, box) => (rightOf(box) > rightOf(most) ? box : most));
  const { width } = ink;
  const left = besideOf(ink, first, height, { left: 0, right: Math.floor(first.x) });
  const right = besideOf(ink, last, height, { left: Math.ceil(rightOf(last)), right: width });
  // seen from its edge, either side is like the other
  const mirrored = (box: Box): Box => ({ ...box, x: width - rightOf(box) });
  const isLow = ink.height <= LOW_PICTURE * height;
  return (
    isCut(left, first, height, printed, isLow) ||
    isCut(right.map(mirrored), mirrored(last), height, printed.map(mirrored), isLow)
  );
}

/** The pieces of ink in some columns of a picture, no further than a digit's height above or below a digit. */
function besideOf(ink: Grey, digit: Box, height: number, columns: Pick<Part, "left" | "right">): Box[] {
  const part = clipped(ink, { ...touched(digit, height), ...columns });
  if (part.left === part.right || part.top === part.bottom) return [];
  const { components } = labelled(cropped(ink, part), SOLID);
  return components.map(({ box }) => ({ ...box, x: box.x + part.left, y: box.y + part.top }));
}

/** Whether the left edge cuts off ink before the first digit. */
function isCut(
  pieces: readonly Box[],
  first: Box,
  height: number,
  printed: readonly Box[],
  isLow: boolean,
): boolean {
  // from top to bottom of a low picture, an upright line may be a 1
  const lines = printed.filter((box) => !isLow || box.width > box.height);
  const [tops, bottoms]: [number[], number[]] = [[], []]; // of the pieces that hang on no digit
  for (const box of pieces) {
    const [top, bottom] = [Math.max(box.y, first.y), Math.min(bottomOf(box), bottomOf(first))];
    const gap = first.x - rightOf(box);
    if (box.x > EDGE_PIXELS || gap > CUT_GAP * height) continue;
    if (bottom - top < Math.max(CUT_PART * height, CUT_INSIDE * box.height)) continue;
    if (lines.some((line) => intersection(box, line) >= SAME_INK * box.width * box.height)) continue;
    if (gap >= 1) {
      tops.push(top);
      bottoms.push(bottom);
    }
    // what hangs on the digit and reaches no further than its box may be off is its own
    else if (bottom - top >= CUT_HEIGHT * height && first.x > CHARACTER_MARGIN * height) return true;
  }
  // the two ends of a 3 are one character
  return tops.length > 0 && Math.max(...bottoms) - Math.min(...tops) >= CUT_HEIGHT * height;
}
