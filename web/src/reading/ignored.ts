/** Ink that belongs to no character becomes a list of what was left out; see `shuzi.reading.ignored`. */
import { type Box, touched } from "../ink/boxes";
import { labelled, SOLID } from "../ink/components";
import { median, quantileOf } from "../ink/numbers";
import { clipped, type Grey, type Part } from "../ink/picture";
import type { Kind } from "./result";

const LARGE = 0.4;
const GROWN = 0.16;
const LONG = 6;
const RULED = 3;
const SPANS = 0.9;
const HOLLOW = 0.16;
const FRAME = 1.6;
const PIECE = 2.5;
const THIN = 0.2;
const OUTSIDE = 0.15;
const NEAR = 0.5;
const PALE = 0.5;
const PAPER_AROUND = 0.3;

/**
 * Find the ink outside all characters that is large enough to be one.
 *
 * @param taken the boxes of all digits, marks and signs
 * @param height the median height of the digits, in pixels
 */
export function leftOut(
  grey: Grey,
  ink: Grey,
  taken: readonly Box[],
  height: number,
): { kind: Kind; box: Box }[] {
  const pieces = labelled(ink, SOLID).labels;
  const near = PAPER_AROUND * height;
  const isInk = (place: number) => (ink.pixels[place] as number) >= SOLID;
  const known = taken.map((box) => darknessOf(grey, ink, box, near, isInk));
  const darkness = known.length ? median(known) : 0;
  const left: Grey = { ...ink, pixels: ink.pixels.slice() };
  for (const box of taken) {
    // around a box, only what hangs together with its ink belongs to it
    const own = new Set<number>();
    eachPixel(ink, touched(box), (place) => own.add(pieces[place] as number));
    eachPixel(ink, touched(box, GROWN * height), (place) => {
      if (own.has(pieces[place] as number)) left.pixels[place] = 0;
    });
  }
  const { labels, components } = labelled(left, SOLID);
  return components.flatMap(({ box, area }, place) => {
    if (Math.max(box.width, box.height) < LARGE * height) return [];
    const dark = darknessOf(grey, ink, box, near, (each) => labels[each] === place + 1);
    const line = isPrinted(box, area, height, ink) || isBeside(box, taken, height);
    return [{ kind: line ? "ruling" : dark < PALE * darkness ? "stain" : "unknown", box }];
  });
}

function eachPixel(picture: Grey, part: Part, visit: (place: number) => void): void {
  const { top, bottom, left, right } = clipped(picture, part);
  for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) visit(y * picture.width + x);
}

/** By how many grey levels the ink in a box differs from the paper around it; an ink map does not tell. */
function darknessOf(
  grey: Grey,
  ink: Grey,
  box: Box,
  near: number,
  isInked: (place: number) => boolean,
): number {
  const [paper, inked] = [new Uint32Array(256), new Uint32Array(256)];
  const count = (levels: Uint32Array, place: number) => {
    const level = grey.pixels[place] as number;
    levels[level] = (levels[level] as number) + 1;
  };
  eachPixel(ink, touched(box, near), (place) => {
    if ((ink.pixels[place] as number) < SOLID) count(paper, place);
  });
  eachPixel(ink, touched(box), (place) => {
    if (isInked(place)) count(inked, place);
  });
  const apart = Math.abs(quantileOf(paper, 0.5) - quantileOf(inked, 0.5));
  return Number.isNaN(apart) ? 0 : apart;
}

/** Whether a piece is too long or too hollow for a character, as printed lines and frames are. */
function isPrinted({ width, height: high }: Box, area: number, height: number, ink: Grey): boolean {
  const [long, thick] = [Math.max(width, high), Math.min(width, high)];
  const spans = width >= SPANS * ink.width || high >= SPANS * ink.height;
  const longest = width > high ? RULED : FRAME;
  if (long >= LONG * thick && (long > longest * height || spans)) return true;
  return area < HOLLOW * width * high && (thick >= FRAME * height || spans);
}

/** Whether a level piece lies where lines are that people write on; a dash is at half height. */
function isBeside(box: Box, taken: readonly Box[], height: number): boolean {
  if (box.width < PIECE * box.height || box.height > THIN * height || taken.length === 0) return false;
  const middle = middleOf(box);
  const nearest = taken
    .map(middleOf)
    .reduce((best, each) => (Math.abs(each - middle) < Math.abs(best - middle) ? each : best));
  const row = taken.filter((each) => Math.abs(middleOf(each) - nearest) < height / 2);
  const high = row.filter((each) => each.height >= height / 2);
  const tall = high.length ? high : row;
  const top = median(tall.map((each) => each.y));
  const bottom = median(tall.map((each) => each.y + each.height));
  const [inside, near] = [OUTSIDE * height, NEAR * height];
  return (
    (bottom - inside <= middle && middle <= bottom + near) || (top - near <= middle && middle <= top + inside)
  );
}

const middleOf = (box: Box): number => box.y + box.height / 2;
