/** Lines of digits that somebody crossed out with a straight stroke. */
import {
  STRIKE_AROUND,
  STRIKE_BEYOND,
  STRIKE_ENDED,
  STRIKE_FREE,
  STRIKE_GOES_ON,
  STRIKE_INK,
  STRIKE_INSIDE,
  STRIKE_INSIDE_TWO,
  STRIKE_MIDDLE,
  STRIKE_RISE,
  STRIKE_SEEN,
  STRIKE_STEPS,
  STRIKE_WIDTH,
} from "../../generated/reading";
import { type Box, bottomOf, rightOf } from "../../ink/boxes";
import { median } from "../../ink/numbers";
import type { Grey } from "../../ink/picture";

/** A column that is looked at. */
interface Column {
  readonly x: number;
  /** Where it is, from 0 at the digits' left end to 1 at their right end. */
  readonly along: number;
  /** Whether there is ink in each row of the band, or just above or below. */
  readonly hasInk: Uint8Array;
}

/**
 * Whether a straight stroke goes through all digits of a line and ends beside them; a printed line goes on.
 *
 * Nothing is said of a single digit: its own strokes are as long.
 *
 * @param contrast the picture's contrast map
 * @param digits the boxes of the line's digits
 */
export function isStruckOut(contrast: Grey, digits: readonly Box[]): boolean {
  if (digits.length < 2) return false;
  const height = median(digits.map((box) => box.height));
  const [left, right] = [Math.min(...digits.map(({ x }) => x)), Math.max(...digits.map(rightOf))];
  const [top, bottom] = [median(digits.map(({ y }) => y)), median(digits.map(bottomOf))];
  const step = Math.max(height / STRIKE_STEPS, 1);
  // 1. where there is ink, at some columns from beside the digits to beside them, a little above and below too
  const reach = STRIKE_BEYOND * height;
  const first = Math.max(0, Math.floor(top - 2 * STRIKE_AROUND * height));
  const last = Math.min(contrast.height, Math.ceil(bottom + 2 * STRIKE_AROUND * height) + 1);
  const half = Math.max(1, Math.floor(STRIKE_WIDTH * height + 0.5));
  const columns: Column[] = [];
  for (let index = 0; index <= Math.floor((right - left + 2 * reach) / step); index++) {
    const x = left - reach + step * index;
    const column = Math.floor(x + 0.5);
    if (column < 0 || column >= contrast.width) continue;
    columns.push({
      x,
      along: (x - left) / (right - left),
      hasInk: inkIn(contrast, column, first, last, half),
    });
  }
  const inside = digits.length > 2 ? STRIKE_INSIDE : STRIKE_INSIDE_TWO;
  const inner = columns.filter(({ along }) => along >= inside && along <= 1 - inside);
  const isSeen = (seen: number) => seen / inner.length >= STRIKE_SEEN;
  if (!inner.length || !isSeen(inner.filter(({ hasInk }) => hasInk.includes(1)).length)) return false;
  // 2. all straight lines through the middle of the digits, by their heights at both ends
  const free = STRIKE_FREE * height;
  const sides = [
    columns.filter(({ x }) => x < left - free),
    columns.filter(({ x }) => x > right + free),
  ].filter((side) => side.length * step >= free);
  const hasEnded = sides.map(() => true);
  let isThere = false;
  const around = STRIKE_AROUND * height;
  const ends = Math.floor((bottom - top + 2 * around) / step);
  const endAt = (index: number) => top - around + step * index;
  for (let a = 0; a <= ends; a++) {
    for (let b = 0; b <= ends; b++) {
      const [start, end] = [endAt(a), endAt(b)];
      const middle = (start + end) / 2;
      if (middle < top + STRIKE_MIDDLE * height || middle > bottom - STRIKE_MIDDLE * height) continue;
      if (Math.abs(end - start) > STRIKE_RISE * (right - left)) continue;
      const on = ({ along, hasInk }: Column) =>
        hasInk[Math.floor(start + (end - start) * along + 0.5) - first] ?? 0;
      if (!isSeen(inner.reduce((sum, column) => sum + on(column), 0))) continue;
      isThere = true;
      // 3. beside the digits, where there is room to see it, none of them goes on and all end
      for (const [index, side] of sides.entries()) {
        const fraction = side.reduce((sum, column) => sum + on(column), 0) / side.length;
        if (fraction > STRIKE_GOES_ON) return false;
        if (fraction > STRIKE_ENDED) hasEnded[index] = false;
      }
    }
  }
  return isThere && hasEnded.includes(true);
}

function inkIn(contrast: Grey, column: number, first: number, last: number, half: number): Uint8Array {
  const hasInk = new Uint8Array(Math.max(0, last - first));
  for (let row = first; row < last; row++) {
    if ((contrast.pixels[row * contrast.width + column] as number) < STRIKE_INK) continue;
    hasInk.fill(1, Math.max(0, row - first - half), row - first + half + 1);
  }
  return hasInk;
}
