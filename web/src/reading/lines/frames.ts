/** Candidates and connected components become the lines of writing, and the frames in which each is recognised. */
import { type Box, bottomOf, boxOf, rightOf } from "../../ink/boxes";
import { type Component, inReadingOrder } from "../../ink/components";
import { largestAt, median } from "../../ink/numbers";
import { band, entire } from "../../ink/strips";
import type { Candidate } from "../candidates";

const TALLEST = 2.2;
const ON_LINE = 0.5;
const [RISES, HANGS] = [0.1, 0.25];
const NEAR = 1.2;
const PROPOSED = 0.5;
const BESIDE = 0.5;
const LEAST_POINT = 0.03;

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
}

/** Group candidates into lines, and frame each together with the components that stand on it. */
export function linesOf(
  candidates: readonly Candidate[],
  components: readonly Component[],
  specks: readonly Component[] = [],
): Line[] {
  const pieces = components.map(({ box }) => box);
  const small = specks.map(({ box }) => box);
  if (!candidates.length)
    return inReadingOrder(pieces).map((places) => {
      const group = places.map((place) => pieces[place] as Box);
      return framed([], group, group);
    });
  return inReadingOrder(candidates.map(({ box }) => box)).map((places) => {
    const line = places.map((place) => candidates[place] as Candidate);
    const boxes = line.map(({ box }) => box);
    const characters = [...boxes, ...onLine(boxes, pieces)];
    return framed(line, boxes, [...characters, ...beside(boxes, characters, small)]);
  });
}

function framed(candidates: Candidate[], digits: Box[], characters: Box[]): Line {
  const height = median(digits.map((each) => each.height));
  const left = Math.min(...characters.map(({ x }) => x)) - BESIDE * height;
  const right = Math.max(...characters.map(rightOf)) + BESIDE * height;
  const frames = [band(digits), entire(digits)].map(({ y, height: high }) =>
    boxOf(left, y, right - left, high),
  );
  const proposed = candidates
    .filter(({ score }) => score >= PROPOSED)
    .map(({ probabilities }) => largestAt(probabilities));
  return { candidates, frames: frames as [Box, Box], height, proposed };
}

/** The next speck before the characters of a line that may be a point, and the next one after them. */
function beside(digits: readonly Box[], characters: readonly Box[], specks: readonly Box[]): Box[] {
  const height = median(digits.map((each) => each.height));
  const [left, right] = [Math.min(...characters.map(({ x }) => x)), Math.max(...characters.map(rightOf))];
  const large = specks.filter((each) => Math.max(each.width, each.height) >= LEAST_POINT * height);
  let [before, after]: [Box | null, Box | null] = [null, null];
  for (const each of inBand(digits, large)) {
    if (Math.max(left - rightOf(each), each.x - right) >= NEAR * height) continue;
    if (rightOf(each) <= left && (!before || rightOf(each) > rightOf(before))) before = each;
    if (each.x >= right && (!after || each.x < after.x)) after = each;
  }
  return [before, after].filter((each) => each !== null);
}

/** The pieces that lie at the height of these digits. */
function inBand(digits: readonly Box[], pieces: readonly Box[]): Box[] {
  const height = median(digits.map((each) => each.height));
  const top = median(digits.map(({ y }) => y)) - RISES * height;
  const bottom = median(digits.map(bottomOf)) + HANGS * height;
  return pieces.filter(
    (each) =>
      each.height < TALLEST * height &&
      Math.min(bottomOf(each), bottom) - Math.max(each.y, top) >
        ON_LINE * Math.min(each.height, bottom - top),
  );
}

/** The components that stand on the line of these digits, each near to the next. */
function onLine(digits: readonly Box[], pieces: readonly Box[]): Box[] {
  const height = median(digits.map((each) => each.height));
  let [left, right] = [Math.min(...digits.map(({ x }) => x)), Math.max(...digits.map(rightOf))];
  let waiting = inBand(digits, pieces);
  const found: Box[] = [];
  for (;;) {
    const isNear = (each: Box) => Math.max(left - rightOf(each), each.x - right) < NEAR * height;
    const near = waiting.filter(isNear);
    if (!near.length) return found;
    found.push(...near);
    waiting = waiting.filter((each) => !isNear(each));
    [left, right] = [Math.min(left, ...near.map(({ x }) => x)), Math.max(right, ...near.map(rightOf))];
  }
}
