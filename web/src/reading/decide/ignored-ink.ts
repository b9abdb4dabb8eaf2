/** Ink that belongs to no character becomes a list of ignored ink; see `shuzi.reading.ignored_ink`. */

import { SOLID } from "../../generated/ink/paper";
import { PATTERN_THICKNESS } from "../../generated/ink/pattern";
import {
  CHARACTER_MARGIN,
  COMMA_BELOW,
  DARKNESS_MARGIN,
  IMAGES_PER_PIECE,
  LARGE_INK,
  MAX_CUT_OFF,
  MAX_WORK,
  MIN_KIND_WORK,
  PIXELS_PER_IMAGE,
  PRINT_DARKNESS,
  SAME_LINE_OVERLAP,
  STAIN_DARKNESS,
} from "../../generated/reading";
import { MARKS, SIGN } from "../../generated/tasks";
import { type Box, bottomOf, rightOf, touched } from "../../ink/boxes";
import { type Component, labelled } from "../../ink/components";
import { median, quantileOf } from "../../ink/numbers";
import { areHatching, isPatterned, thicknessOf } from "../../ink/pattern";
import { clipped, cropped, type Grey, type Part } from "../../ink/picture";
import { Ruling } from "../../ink/ruling";
import { hasDigits } from "../classes";
import { type Candidates, inOriginal } from "../find/candidates";
import type { Ignored, Kind } from "../report/result";
import type { Character, Outcome } from "./outcome";

/**
 * Find the ink outside all characters that is large enough to be one.
 *
 * @param taken the boxes of all digits, marks and signs
 * @param height the median height of the digits, in pixels
 * @param most what may be done to tell kinds, in images classified; the ink beyond that is unknown
 */
function leftOut(
  grey: Grey,
  ink: Grey,
  taken: readonly Box[],
  height: number,
  most: number = MAX_WORK,
): { kind: Kind; box: Box }[] {
  const pieces = labelled(ink, SOLID).labels;
  const near = DARKNESS_MARGIN * height;
  const isInk = (index: number) => (ink.pixels[index] as number) >= SOLID;
  const darknesses = taken.map((box) => darknessOf(grey, ink, box, near, isInk));
  const darkness = darknesses.length ? median(darknesses) : 0;
  const left: Grey = { ...ink, pixels: ink.pixels.slice() };
  for (const box of taken) {
    // around a box, only what hangs together with its ink belongs to it
    const own = new Set<number>();
    eachPixel(ink, touched(box), (index) => own.add(pieces[index] as number));
    eachPixel(ink, touched(box, CHARACTER_MARGIN * height), (index) => {
      if (own.has(pieces[index] as number)) left.pixels[index] = 0;
    });
  }
  const { labels, components } = labelled(left, SOLID);
  const ruling = new Ruling(solid(ink), solid(left), taken, height, LARGE_INK * height);
  const ignored: { kind: Kind; box: Box }[] = [];
  let workLeft = most;
  const fine: [number, number][] = []; // the indices in `ignored` and `components` of possible parts of a pattern
  for (const [index, { box, area }] of components.entries()) {
    const side = Math.max(box.width, box.height);
    if (side < LARGE_INK * height) continue;
    workLeft -= IMAGES_PER_PIECE + ruling.lookedAt(box, area) / PIXELS_PER_IMAGE;
    if (workLeft < 0) {
      ignored.push({ kind: "unknown", box }); // to tell takes long where nested frames or a page of print fill the picture
      continue;
    }
    const isPiece = (pixel: number) => labels[pixel] === index + 1;
    const dark = darknessOf(grey, ink, box, near, isPiece);
    const isPale = dark < STAIN_DARKNESS * darkness;
    const isLine = ruling.isLine(box, area, isPiece) || (!isPale && ruling.isComb(box, isPiece));
    if (!isLine && !isPale && dark <= PRINT_DARKNESS * darkness) fine.push([ignored.length, index]);
    const rest = isNeighbour(box, ink, taken, height) ? "neighbour" : "unknown";
    ignored.push({ kind: isLine ? "ruling" : isPale ? "stain" : rest, box });
  }
  if (!fine.length) return ignored;
  const thick = thicknessOf(
    labels,
    ink,
    components.map(({ area }) => area),
  );
  const pen = penOf(solid(ink), taken);
  const isHatching = areHatching(labels, ink, thick, pen, height);
  const hasPattern = isPatterned(ink, components, thick, pen, height);
  const isPrint = ([, index]: [number, number]) => {
    const { width, height: tall } = (components[index] as Component).box;
    const isOfPattern =
      (thick[index] as number) <= PATTERN_THICKNESS * pen && Math.max(width, tall) <= height;
    return isHatching[index] || (hasPattern && isOfPattern);
  };
  const print = new Set(fine.filter(isPrint).map(([index]) => index));
  return ignored.map(({ kind, box }, index) => ({ kind: print.has(index) ? "print" : kind, box }));
}

/** Name the ink that is in no text of a page, from left to right. */
export function ignoredOn(
  seen: Candidates,
  outcomes: readonly Outcome[],
  digits: readonly Character[],
): Ignored[] {
  const characters = outcomes.flatMap(({ characters }) => characters);
  const signs = characters.filter(({ character }) => character === SIGN);
  // a mark on a line without a digit is in no text
  const unread = outcomes
    .filter(({ texts }) => !hasDigits(texts[0] as string))
    .flatMap(({ characters }) => characters);
  const measured = digits.length ? digits : characters;
  const heights = measured.length
    ? measured.map(({ box }) => box.height)
    : seen.lines.map(({ line }) => line.height);
  const boxes = characters.map(({ box }) => box);
  const ignored: Ignored[] = [
    ...signs.map(({ box }): Ignored => ({ kind: "sign", box })),
    ...unread
      .filter(({ character }) => MARKS.includes(character))
      .map(({ box }): Ignored => ({ kind: "unknown", box })),
    ...leftOut(seen.grey, seen.ink, boxes, median(heights), Math.max(seen.workLeft, MIN_KIND_WORK)),
  ];
  return ignored
    .sort((a, b) => a.box.x - b.box.x)
    .map(({ kind, box }) => ({ kind, box: inOriginal(seen, box) }));
}

/** Whether the picture's edge cuts off ink that is in no line: in a line it may be a part of the number. */
function isNeighbour(box: Box, picture: Grey, taken: readonly Box[], height: number): boolean {
  const isAtEdge =
    ((box.y <= 0 || bottomOf(box) >= picture.height) && box.height < MAX_CUT_OFF * height) ||
    ((box.x <= 0 || rightOf(box) >= picture.width) && box.width < MAX_CUT_OFF * height);
  const isInLine = (character: Box) =>
    Math.min(bottomOf(box), bottomOf(character)) - Math.max(box.y, character.y) >
    SAME_LINE_OVERLAP * Math.min(box.height, character.height);
  // a comma begins just below the digits, and the edge may cut it off as well
  const mayBeComma =
    bottomOf(box) >= picture.height &&
    taken.some((character) => Math.abs(box.y - bottomOf(character)) <= COMMA_BELOW * height);
  return isAtEdge && !mayBeComma && !taken.some(isInLine);
}

/** The median thickness of the strokes of characters, in pixels; 0 if there are none. */
function penOf(every: Grey, taken: readonly Box[]): number {
  const thicknesses = taken.map((box) => {
    const part = cropped(every, touched(box));
    const area = part.pixels.reduce((sum, level) => sum + level, 0);
    return thicknessOf(part.pixels, part, [area])[0] as number;
  });
  return thicknesses.length ? median(thicknesses) : 0;
}

/** Where there is ink, as 0 and 1. */
function solid({ width, height, pixels }: Grey): Grey {
  return { width, height, pixels: pixels.map((level) => (level >= SOLID ? 1 : 0)) };
}

function eachPixel(picture: Grey, part: Part, visit: (index: number) => void): void {
  const { top, bottom, left, right } = clipped(picture, part);
  for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) visit(y * picture.width + x);
}

/** By how many grey levels the ink in a box differs from the paper around it; an ink map does not tell. */
function darknessOf(
  grey: Grey,
  ink: Grey,
  box: Box,
  near: number,
  isInked: (index: number) => boolean,
): number {
  const [paper, inked] = [new Uint32Array(256), new Uint32Array(256)];
  const count = (levels: Uint32Array, index: number) => {
    const level = grey.pixels[index] as number;
    levels[level] = (levels[level] as number) + 1;
  };
  eachPixel(ink, touched(box, near), (index) => {
    if ((ink.pixels[index] as number) < SOLID) count(paper, index);
  });
  eachPixel(ink, touched(box), (index) => {
    if (isInked(index)) count(inked, index);
  });
  const apart = Math.abs(quantileOf(paper, 0.5) - quantileOf(inked, 0.5));
  return Number.isNaN(apart) ? 0 : apart;
}
