/** Candidates and connected components become the lines of writing, and the frames in which each is recognised. */

import {
  BAND_ABOVE,
  BAND_BELOW,
  CHARACTER_GAP,
  FRAME_MARGIN,
  MAX_ROWS,
  MIN_HANGING_HEIGHT,
  MIN_IN_BAND,
  PROPOSED_SCORE,
  SMALLEST_POINT,
  TALLEST_CHARACTER,
} from "../../generated/reading";
import { type Box, bottomOf, boxOf, intersection, rightOf } from "../../ink/boxes";
import type { Component } from "../../ink/components";
import { largestAt, median } from "../../ink/numbers";
import { hangsOn, rowsOf } from "../../ink/rows";
import { band, entire } from "../../ink/strips";
import { type Candidate, TooMuch } from "./candidates";

/** A line of writing. */
export interface Line {
  /** Its digits as found so far, from left to right. */
  readonly candidates: readonly Candidate[];
  /** Where to cut strips: by the band of its median digit, and from the highest to the lowest digit. */
  readonly frames: readonly [Box, Box];
  /** The median height of its digits. */
  readonly height: number;
  /** The digits that the candidates alone would make of it. */
  readonly proposed: readonly number[];
  /** Whether a straight stroke goes through all of them. */
  readonly isStruck: boolean;
}

/**
 * Group candidates into lines, and frame each together with the components that stand on it.
 *
 * Candidates that are not digits of a line, such as commas, are on none. No component is on two lines. Throws `TooMuch`
 * for more than `MAX_ROWS`.
 */
export function linesOf(
  candidates: readonly Candidate[],
  components: readonly Component[],
  size: { readonly width: number; readonly height: number },
  specks: readonly Component[] = [],
): Line[] {
  const pieces = components.map(({ box }) => box);
  const small = specks.map(({ box }) => box);
  const positions = rowsOf(candidates.length ? candidates.map(({ box }) => box) : pieces, size);
  if (positions.length > MAX_ROWS) throw new TooMuch("reading.many_lines", positions.length);
  if (!candidates.length)
    return positions.map((row) => {
      const group = row.map((position) => pieces[position] as Box);
      return framed([], group, group, group);
    });
  const rows = positions.map((row) => row.map((position) => candidates[position] as Candidate));
  const digits = rows.map((row) => row.map(({ box }) => box));
  const shared = sharedOut(digits, pieces);
  return rows.map((row, index) => {
    const [boxes, own] = [digits[index] as Box[], shared[index] as Box[]];
    const hanging = own.filter(
      (piece) => piece.height >= MIN_HANGING_HEIGHT * piece.width && hangsOn(piece, boxes),
    );
    const characters = [...boxes, ...onLine(boxes, own), ...hanging];
    const all = [...characters, ...nearestSpecks(boxes, characters, small)];
    return framed(row, boxes, [...boxes, ...hanging], all);
  });
}

/** Give each piece to the row whose digits it covers most of, or else to the one whose height it shares most. */
function sharedOut(rows: readonly Box[][], pieces: readonly Box[]): Box[][] {
  const shared: Box[][] = rows.map(() => []);
  const bands = rows.map(bandOf);
  for (const piece of pieces) {
    const covered = rows.map((row) => row.reduce((sum, box) => sum + intersection(box, piece), 0));
    const overlapsInHeight = () =>
      bands.map(([top, bottom]) => Math.max(Math.min(bottomOf(piece), bottom) - Math.max(piece.y, top), 0));
    const fits = covered.some((overlap) => overlap > 0) ? covered : overlapsInHeight();
    const owner = largestAt(fits);
    if ((fits[owner] as number) > 0) shared[owner]?.push(piece);
  }
  return shared;
}

function framed(candidates: Candidate[], digits: Box[], high: Box[], characters: Box[]): Line {
  const height = median(digits.map((digit) => digit.height));
  const left = Math.min(...characters.map(({ x }) => x)) - FRAME_MARGIN * height;
  const right = Math.max(...characters.map(rightOf)) + FRAME_MARGIN * height;
  const frames = [band(digits), entire(high)].map(({ y, height: down }) =>
    boxOf(left, y, right - left, down),
  );
  const proposed = candidates
    .filter(({ score }) => score >= PROPOSED_SCORE)
    .map(({ probabilities }) => largestAt(probabilities));
  return { candidates, frames: frames as [Box, Box], height, proposed, isStruck: false };
}

/** The next speck before the characters of a line that may be a point, and the next one after them. */
function nearestSpecks(digits: readonly Box[], characters: readonly Box[], specks: readonly Box[]): Box[] {
  const height = median(digits.map((digit) => digit.height));
  const [left, right] = [Math.min(...characters.map(({ x }) => x)), Math.max(...characters.map(rightOf))];
  const large = specks.filter((speck) => Math.max(speck.width, speck.height) >= SMALLEST_POINT * height);
  let [before, after]: [Box | null, Box | null] = [null, null];
  for (const box of inBand(digits, large)) {
    if (Math.max(left - rightOf(box), box.x - right) >= CHARACTER_GAP * height) continue;
    if (rightOf(box) <= left && (!before || rightOf(box) > rightOf(before))) before = box;
    if (box.x >= right && (!after || box.x < after.x)) after = box;
  }
  return [before, after].filter((speck) => speck !== null);
}

/** The pieces that lie at the height of these digits. */
function inBand(digits: readonly Box[], pieces: readonly Box[]): Box[] {
  const height = median(digits.map((digit) => digit.height));
  const [top, bottom] = bandOf(digits);
  return pieces.filter(
    (box) =>
      box.height < TALLEST_CHARACTER * height &&
      Math.min(bottomOf(box), bottom) - Math.max(box.y, top) >
        MIN_IN_BAND * Math.min(box.height, bottom - top),
  );
}

/** The top and bottom between which characters beside these digits may reach. */
function bandOf(digits: readonly Box[]): [top: number, bottom: number] {
  const height = median(digits.map((digit) => digit.height));
  return [
    median(digits.map(({ y }) => y)) - BAND_ABOVE * height,
    median(digits.map(bottomOf)) + BAND_BELOW * height,
  ];
}

/** The components that stand on the line of these digits, each near to the next. */
function onLine(digits: readonly Box[], pieces: readonly Box[]): Box[] {
  const height = median(digits.map((digit) => digit.height));
  let [left, right] = [Math.min(...digits.map(({ x }) => x)), Math.max(...digits.map(rightOf))];
  let waiting = inBand(digits, pieces);
  const boxes: Box[] = [];
  for (;;) {
    const isNear = (box: Box) => Math.max(left - rightOf(box), box.x - right) < CHARACTER_GAP * height;
    const near = waiting.filter(isNear);
    if (!near.length) return boxes;
    boxes.push(...near);
    waiting = waiting.filter((box) => !isNear(box));
    [left, right] = [Math.min(left, ...near.map(({ x }) => x)), Math.max(right, ...near.map(rightOf))];
  }
}
