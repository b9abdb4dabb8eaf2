/** A gap within a line that is plainly wider than the others makes a reading unsure: it may be of two numbers. */

import { LONE_GAP, TIMES_OTHER_GAPS, WIDE_GAP } from "../../../generated/reading/decide";
import { type Box, rightOf } from "../../../ink/boxes";
import { median } from "../../../ink/numbers";
import { isDigit } from "../../classes";
import type { Automaton } from "../../patterns/automaton";
import { ONLY_UNSURE } from "../../report/advice";
import type { Reading, Sentence } from "../../report/result";

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
