/** The reason why a picture is hard to read becomes one sentence for people. */

import { catalogues } from "virtual:catalogues";
import {
  BLURRED_EDGE,
  EDGE_MARGIN,
  MORE_INK,
  MUCH_SHRUNK,
  SHRUNK,
  SMALL_DIGIT,
} from "../../generated/reading";
import { MARKS } from "../../generated/tasks";
import type { Box } from "../../ink/boxes";
import { largestAt, median } from "../../ink/numbers";
import { edgeWidth } from "../../ink/paper";
import { cropped, type Grey } from "../../ink/picture";
import { isDigit, withoutMarks } from "../classes";
import { around, type Candidates, isAtEdge } from "../find/candidates";
import type { Digit, Ignored, Sentence, Status } from "./result";

/** The sentences of `aboutThePicture`. */
export const OF_PICTURES = [
  "reading.small",
  "reading.large",
  "reading.edge",
  "reading.blurred",
  "reading.pale",
];

/** The sentences of readings with which nothing else is amiss. */
export const ONLY_UNSURE = [
  "reading.unsure",
  "reading.unsure_text",
  "reading.unsure_line",
  "reading.mark",
  "reading.mark_more",
  "reading.mark_unsure",
];

/**
 * Choose the most helpful sentence about digits that were read one by one.
 *
 * @param boxes of the digits, in pixels of the searched picture
 */
export function aboutCandidates(
  seen: Candidates,
  boxes: readonly Box[],
  digits: readonly Digit[],
  status: Status,
): Sentence {
  if (status === "ok") return ["reading.ok", {}];
  const amiss = aboutThePicture(seen, boxes, digits);
  if (amiss) return amiss;
  if (status === "not-a-digit") return ["reading.not_a_digit", {}];
  if (seen.uncovered > MORE_INK && digits.every((digit) => digit.status === "ok"))
    return ["reading.more_ink", {}];
  const none = digits.findIndex((digit) => digit.status === "not-a-digit");
  if (none >= 0) return ["reading.part_is_no_digit", { place: none + 1 }];
  const doubtful = digits.reduce((least, digit) => (digit.probability < least.probability ? digit : least));
  const others = doubtful.probabilities.map((probability, digit) =>
    digit === doubtful.digit ? -1 : probability,
  );
  const position = digits.indexOf(doubtful) + 1;
  return ["reading.unsure", { place: position, first: doubtful.digit, second: largestAt(others) }];
}

/**
 * Choose the most helpful sentence about a number that was read line by line and is not sure.
 *
 * @param boxes of its digits, in pixels of the searched picture
 * @param texts what may be written, the most probable first
 */
export function aboutLineText(
  seen: Candidates,
  boxes: readonly Box[],
  digits: readonly Digit[],
  isSignInside: boolean,
  isCutAtSide: boolean,
  ignored: readonly Ignored[],
  texts: readonly string[],
): Sentence {
  const amiss = aboutThePicture(seen, boxes, digits);
  if (amiss) return amiss;
  if (isCutAtSide) return ["reading.edge", {}];
  if (isSignInside) return ["reading.sign_inside", {}];
  if (ignored.some(({ kind }) => kind === "unknown")) return ["reading.unknown_ink", {}];
  const [text, alternative] = texts.filter(Boolean);
  if (!text || !alternative) return ["reading.unsure_line", {}];
  const values = { text: onOneLine(text), other: onOneLine(alternative) };
  return doubtfulDigit(text, alternative) ?? ["reading.unsure_text", values];
}

/**
 * Choose the most helpful sentence about a line of a photograph that is not sure.
 *
 * @param texts what may be written, the most probable first
 */
export function aboutLine(isSignInside: boolean, texts: readonly string[]): Sentence {
  if (isSignInside) return ["reading.sign_inside", {}];
  const [text, other] = texts.filter(Boolean);
  if (!text || !other) return ["reading.unsure_line", {}];
  return doubtfulDigit(text, other) ?? ["reading.unsure_text", { text, other }];
}

/**
 * Name the mark that is not sure where all digits are.
 *
 * @param others what may be written as well, the most probable first
 */
export function aboutMarks(text: string, others: readonly string[]): Sentence {
  const digits = withoutMarks(text);
  const other = others.find((each) => each !== text && withoutMarks(each) === digits);
  if (other === undefined) return ["reading.mark_unsure", {}];
  let at = 0;
  while (at < text.length && text[at] === other[at]) at++;
  const values = { text: onOneLine(text), other: onOneLine(other) };
  const mine = text[at];
  if (mine && MARKS.includes(mine)) return ["reading.mark", { ...values, mark: mine, place: at + 1 }];
  return ["reading.mark_more", { ...values, mark: other[at] ?? "" }];
}

/**
 * What is wrong with the picture itself: too small or large, cut off, blurred or pale; null if nothing is.
 *
 * @param boxes of its digits, in pixels of the searched picture
 * @param digits the digits, at least one
 */
export function aboutThePicture(
  seen: Candidates,
  boxes: readonly Box[],
  digits: readonly Digit[],
): Sentence | null {
  const sides = digits.map(({ box }) => Math.max(box.width, box.height)).toSorted((a, b) => a - b);
  const middle = sides[Math.floor(sides.length / 2)] ?? 0;
  if (middle < SMALL_DIGIT) return ["reading.small", { n: middle }];
  if (shrunk(seen) >= SHRUNK && middle < SMALL_DIGIT * shrunk(seen)) return ["reading.large", inPixels(seen)];
  // the edge explains no doubt about a digit that does not touch it
  const doubtful = boxes.filter((_, index) => digits[index]?.status !== "ok");
  if ((doubtful.length ? doubtful : boxes).some((box) => isAtEdge(seen, box))) return ["reading.edge", {}];
  const edges = median(boxes.map((box) => edgeWidth(cropped(seen.grey, around(box, EDGE_MARGIN)))));
  if (edges > BLURRED_EDGE) return [Number.isFinite(edges) ? "reading.blurred" : "reading.pale", {}];
  return null;
}

/** Choose the sentence for a picture in which no writing was found. */
export function aboutNoWriting(seen: Candidates): Sentence {
  if (isMuchSmaller(seen)) return ["reading.lost", inPixels(seen)];
  return [seen.ink.pixels.some((level) => level > 0) ? "reading.specks" : "reading.blank", {}];
}

/** Whether a picture was shrunk so much before it was searched that writing may be lost. */
export function isMuchSmaller(seen: Candidates): boolean {
  return shrunk(seen) > MUCH_SHRUNK;
}

function shrunk({ grey, original }: Candidates): number {
  return longer(original) / longer(grey);
}

function inPixels({ grey, original }: Candidates): Sentence[1] {
  return { side: longer(original), searched: longer(grey) };
}

function longer({ width, height }: Grey): number {
  return Math.max(width, height);
}

function onOneLine(text: string): string {
  return text.replaceAll("\n", " / ");
}

/** Name the digit in which two texts differ; null if they differ in anything else. */
function doubtfulDigit(text: string, alternative: string): Sentence | null {
  if (text.length !== alternative.length) return null;
  const differing = [...text].flatMap((character, index) =>
    character === alternative[index] ? [] : [index],
  );
  const [index = 0] = differing;
  const [first, second] = [text[index] as string, alternative[index] as string];
  if (differing.length !== 1 || !isDigit(first) || !isDigit(second)) return null;
  const position = [...text.slice(0, index)].filter(isDigit).length + 1;
  return ["reading.unsure", { place: position, first: Number(first), second: Number(second) }];
}

/** The sentences of readings, which are the same in Python and here: from the project's catalogues. */
type Language = keyof typeof catalogues;

/** Say it in a language. */
export function sayIn(language: Language, [key, values]: Sentence): string {
  const forms = catalogues[language][key] ?? [key];
  // English has a form for one and a form for more; Chinese has one
  const form = forms[values.n === 1 ? 0 : forms.length - 1] ?? key;
  return form.replaceAll(/\{(\w+)(:,)?\}/g, (whole, name: string, isGrouped?: string) => {
    const value = values[name] ?? whole;
    return isGrouped ? value.toLocaleString("en") : String(value);
  });
}
