/** What makes a reading unsure: cut ink, a wide gap, no line of writing; see `shuzi.reading.doubts`. */
import { SOLID } from "../../generated/ink/paper";
import {
  CHARACTER_MARGIN,
  CUT_GAP,
  CUT_HEIGHT,
  CUT_INSIDE,
  CUT_PART,
  EDGE_PIXELS,
  LARGEST_ON_PAGE,
  LONE_GAP,
  LOW_PICTURE,
  NO_WRITING,
  PROPOSED_SCORE,
  SAME_INK,
  TIMES_OTHER_GAPS,
  WIDE_GAP,
} from "../../generated/reading";
import { type Box, bottomOf, intersection, rightOf, touched } from "../../ink/boxes";
import { labelled } from "../../ink/components";
import { median } from "../../ink/numbers";
import { clipped, cropped, type Grey, type Part } from "../../ink/picture";
import { isDigit } from "../classes";
import { type Candidates, isAtEdge } from "../find/candidates";
import type { Automaton } from "../patterns/automaton";
import { OF_PICTURES, ONLY_UNSURE } from "../report/advice";
import type { Reading, Sentence } from "../report/result";
import type { Scale } from "./confidence";

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

type Parts = readonly [first: string, second: string];

/** A text, and the boxes of its digits and marks. */
interface Boxed {
  readonly text: string;
  readonly digits: readonly { readonly box: Box }[];
  readonly marks: readonly { readonly box: Box }[];
}

/**
 * Make a reading unsure if one of its lines may be two numbers; whatever else is amiss is still what it says.
 *
 * @param pattern the pattern that it follows: a text whose parts do not fit it is one number
 */
export function doubtWideGap(reading: Reading, pattern: Automaton | null): Reading {
  if (reading.status !== "ok" && reading.status !== "unsure") return reading;
  const parts = partsOf(reading);
  if (!parts || (pattern && !parts.some((part) => pattern.accepts(part)))) return reading;
  const saysMore = reading.status !== "ok" && !ONLY_UNSURE.includes(reading.advice[0]);
  const advice: Sentence = saysMore
    ? reading.advice
    : ["reading.wide_gap", { first: parts[0], second: parts[1] }];
  return { ...reading, status: "unsure", digitsStatus: "unsure", advice };
}

/** The texts on both sides of the first wide gap; null if there is none. */
export function partsOf({ text, digits, marks }: Boxed): Parts | null {
  let [digit, mark] = [0, 0];
  for (const line of text.split("\n")) {
    const boxes = [...line].map(
      (character) => ((isDigit(character) ? digits[digit++] : marks[mark++]) as { box: Box }).box,
    );
    const parts = split(line, boxes);
    if (parts) return parts;
  }
  return null;
}

/**
 * Split a line at its widest gap between neighbouring digits; null if that is not plainly wider than the others.
 *
 * A gap with a mark in it is not between two numbers, yet it tells how far apart the digits are written.
 */
function split(text: string, boxes: readonly Box[]): Parts | null {
  const at = [...text].flatMap((character, index) => (isDigit(character) ? [index] : []));
  const gaps = at.slice(1).map((right, index) => {
    const left = at[index] as number;
    const gap = (boxes[right] as Box).x - rightOf(boxes[left] as Box);
    return { gap: Math.max(gap, 0), start: right, isFree: right === left + 1 };
  });
  const [first, ...rest] = gaps.filter(({ isFree }) => isFree);
  if (!first) return null;
  const widest = rest.reduce((most, each) => (each.gap > most.gap ? each : most), first);
  const height = median(at.map((index) => (boxes[index] as Box).height));
  const others = gaps
    .filter((each) => each !== widest)
    .map(({ gap }) => gap)
    .sort((a, b) => a - b);
  const typical = others[(others.length - 1) >> 1];
  const least =
    typical === undefined ? LONE_GAP * height : Math.max(WIDE_GAP * height, TIMES_OTHER_GAPS * typical);
  return widest.gap >= least ? [text.slice(0, widest.start), text.slice(widest.start)] : null;
}

const NOTHING = { text: "", digits: [], marks: [], ignored: [], alternatives: [] };

/** Make a reading blank or unsure if no line of writing was found. */
export function doubtUnseen(reading: Reading, seen: Candidates, scale: Scale): Reading {
  if (seen.lineScore === null) return reading;
  const isBad = OF_PICTURES.includes(reading.advice[0]) && reading.advice[0] !== "reading.edge";
  const isInside = seen.candidates.some(({ box, score }) => score >= PROPOSED_SCORE && !isAtEdge(seen, box));
  if (seen.lineScore < NO_WRITING && !isBad && !isInside) {
    const ofDigits = { digitsStatus: "blank", digitsConfidence: scale.blank } as const;
    const advice: Sentence = ["reading.blank", {}];
    return { ...reading, ...NOTHING, status: "blank", confidence: scale.blank, ...ofDigits, advice };
  }
  if (reading.status === "unsure") return reading;
  const lowest = LARGEST_ON_PAGE * seen.grey.height;
  const areLarge = seen.candidates.every(({ box }) => box.height >= lowest && !isAtEdge(seen, box));
  if (reading.status === "ok" && areLarge) return reading;
  const left = ["blank", "not-a-digit"].includes(reading.status) ? NOTHING : {};
  const isCut = seen.candidates.some(({ box }) => isAtEdge(seen, box));
  const told: Sentence = [isCut ? "reading.edge" : "reading.no_line", {}];
  const advice = OF_PICTURES.includes(reading.advice[0]) ? reading.advice : told;
  return { ...reading, ...left, status: "unsure", digitsStatus: "unsure", advice };
}
