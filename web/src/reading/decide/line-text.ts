/** The likely texts of a page's lines become a reading: digits, marks, and what was left out. */

import { SOLID } from "../../generated/ink/components";
import {
  LEAST_CONFIDENCE,
  LEAST_KIND_WORK,
  LEAST_PROBABILITY_SUM,
  MOST_CONFIDENCE,
  NO_DIGIT_PROBABILITY,
  SAME_INK,
} from "../../generated/reading/decide";
import { DIGITS, MARKS, SIGN } from "../../generated/tasks";
import { type Box, bottomOf, overlapOfSmaller, touched } from "../../ink/boxes";
import { median } from "../../ink/numbers";
import { hasDigits, isDigit, withoutMarks } from "../classes";
import { type Candidates, inOriginal, isAtEdge } from "../find/candidates";
import type { Weights } from "../recognise/search";
import { aboutThePicture } from "../report/advice";
import type { Digit, Ignored, Mark, Reading, Sentence } from "../report/result";
import { mostProbable, onLines, sharedOut, type Texts } from "./alternatives";
import { logit } from "./candidate-confidence";
import { leftOut } from "./ignored-ink";
import type { Evidence, LineScale } from "./line-confidence";
import { type Character, countedOnce, type Outcome, outcomeOf } from "./outcome";

const OF_PICTURES = ["reading.small", "reading.large", "reading.edge", "reading.blurred", "reading.pale"];

/** Make a reading of what the line recogniser and the candidates say together; null if no line has a digit. */
export function interpretLines(seen: Candidates, scale: LineScale): Reading | null {
  const page = pageOf(seen, scale.weights);
  if (!page) return null;
  const characters = page.written.flatMap((each) => each.characters);
  const digits = characters.filter(({ character }) => isDigit(character));
  const confidence = scale.confidence(page.evidence);
  const digitsOnly = page.written.reduce((product, each) => product * ofDigits(each), 1);
  const digitsConfidence = Math.max(
    scale.confidence({ ...page.evidence, raw: logit(digitsOnly) }),
    confidence,
  );
  // single characters are as much less sure than their line said as the whole text is
  const [text, raw] = page.texts[0] as Texts[0];
  const power = Math.log(kept(confidence)) / Math.log(kept(raw));
  const probability = (character: Character, least: number) =>
    Math.max(Math.max(character.probability, LEAST_CONFIDENCE) ** power, least);
  const made = digits.map((each) => digitOf(each, seen, probability(each, digitsConfidence), scale.ok));
  const isHindered =
    page.written.some((each) => hasSignInside(each.texts[0] as string)) ||
    page.isLineInDoubt ||
    page.ignored.some(isUnknown);
  const isOk = confidence >= scale.ok && !isHindered;
  const alternatives = sharedOut(page.texts, confidence, scale.others);
  const marks = characters.filter(({ character }) => MARKS.includes(character));
  return {
    text,
    status: isOk ? "ok" : "unsure",
    confidence,
    digitsConfidence,
    digits: made,
    marks: marks.map(
      (character): Mark => ({
        mark: character.character,
        probability: probability(character, confidence),
        box: inOriginal(seen, character.box),
      }),
    ),
    ignored: page.ignored,
    alternatives,
    advice: isOk ? successOf(page.ignored) : adviceOf(seen, page, digits, made, alternatives),
  };
}

/** Take back the status of a reading of candidates in whose lines the recogniser sees no digit at all. */
export function rejectLines(reading: Reading, seen: Candidates, scale: LineScale): Reading {
  const [outcomes] = countedOnce(seen.lines.map((each) => outcomeOf(each, scale.weights, seen.ink)));
  const ignored = ignoredIn(seen, outcomes, []).filter(({ box }) =>
    reading.digits.every((each) => overlapOfSmaller(box, each.box) < SAME_INK),
  );
  const noDigit = outcomes.reduce((product, each) => product * withoutDigits(each), 1);
  const isSign = outcomes.some(({ texts }) => texts[0]?.includes(SIGN));
  const isNone = reading.status === "not-a-digit" || (isSign && noDigit >= NO_DIGIT_PROBABILITY);
  const status = isNone ? "not-a-digit" : "unsure";
  if (status === reading.status) return { ...reading, ignored };
  const isOfPicture = OF_PICTURES.includes(reading.advice[0]);
  const advice: Sentence = isOfPicture
    ? reading.advice
    : [isNone ? "reading.not_a_digit" : "reading.signs", {}];
  return { ...reading, status, digits: reading.digits.map((each) => ({ ...each, status })), advice, ignored };
}

/** A page's lines that hold digits, what was left out, and the whole texts. */
interface Page {
  written: Outcome[];
  ignored: Ignored[];
  evidence: Evidence;
  texts: Texts;
  /** Whether a line is cut off, or a character of it is one of another line. */
  isLineInDoubt: boolean;
}

function pageOf(seen: Candidates, weights: Weights): Page | null {
  const [outcomes, isShared] = countedOnce(seen.lines.map((each) => outcomeOf(each, weights, seen.ink)));
  const written = outcomes.filter(({ texts }) => hasDigits(texts[0] as string));
  if (!written.length) return null;
  const characters = written.flatMap((each) => each.characters);
  const ignored = ignoredIn(
    seen,
    outcomes,
    characters.filter(({ character }) => isDigit(character)),
  );
  const texts = mostProbable(onLines(written.map((each) => [plainTexts(each)])));
  const evidence: Evidence = {
    raw: logit(texts[0]?.[1] ?? 0),
    uncovered: seen.uncovered,
    missed: seen.missed,
    at_edge: +characters.some(({ box }) => isAtEdge(seen, box)),
    differs: +!written.every(({ agreed }) => agreed),
    unknown: +ignored.some(isUnknown),
    lines: written.length - 1,
  };
  const isLineInDoubt = isShared || (written.length > 1 && written.some((each) => isCutOff(each, seen)));
  return { written, ignored, evidence, texts, isLineInDoubt };
}

function isUnknown({ kind }: Ignored): boolean {
  return kind === "unknown";
}

/** Whether all digits of a line run into the upper or the lower edge of the picture. */
function isCutOff({ characters }: Outcome, { ink }: Candidates): boolean {
  const boxes = characters.filter(({ character }) => isDigit(character)).map(({ box }) => box);
  const bottom = ink.height - 1;
  const hasInk = (row: number, box: Box) => {
    const { left, right } = touched(box);
    return ink.pixels
      .subarray(row * ink.width + left, row * ink.width + Math.min(right, ink.width))
      .some((each) => each >= SOLID);
  };
  return (
    boxes.every((each) => each.y <= 1 && hasInk(0, each)) ||
    boxes.every((each) => bottomOf(each) >= bottom && hasInk(bottom, each))
  );
}

function kept(probability: number): number {
  return Math.min(Math.max(probability, LEAST_CONFIDENCE), MOST_CONFIDENCE);
}

/** A line's texts without signs, and their probabilities, the first one that of the best text. */
function plainTexts({ texts, probabilities }: Outcome): Texts {
  const merged = new Map<string, number>();
  texts.forEach((text, index) => {
    const plain = text.replaceAll(SIGN, "");
    merged.set(plain, (merged.get(plain) ?? 0) + (probabilities[index] as number));
  });
  const [first, ...others] = [...merged] as [Texts[0], ...Texts];
  return [first, ...others.sort((a, b) => b[1] - a[1])];
}

/** The probability of all texts with the digits of the best one. */
function ofDigits({ texts, probabilities }: Outcome): number {
  const best = withoutMarks(texts[0] as string);
  return Math.min(
    1,
    sumWhere(probabilities, (index) => withoutMarks(texts[index] as string) === best),
  );
}

/** The probability of all texts without a digit. */
function withoutDigits({ texts, probabilities }: Outcome): number {
  return sumWhere(probabilities, (index) => !hasDigits(texts[index] as string));
}

function sumWhere(values: readonly number[], counts: (index: number) => boolean): number {
  return values.reduce((sum, each, index) => sum + (counts(index) ? each : 0), 0);
}

/** Whether a sign stands between digits. */
function hasSignInside(text: string): boolean {
  const indices = [...text].flatMap((each, index) => (isDigit(each) ? [index] : []));
  return text.slice(indices[0], indices.at(-1)).includes(SIGN);
}

function digitOf(found: Character, seen: Candidates, probability: number, ok: number): Digit {
  const probabilities = found.probabilities.subarray(0, DIGITS.length);
  const total = probabilities.reduce((sum, each) => sum + each, 0);
  return {
    digit: Number(found.character),
    probability,
    probabilities: Float64Array.from(probabilities, (each) => each / Math.max(total, LEAST_PROBABILITY_SUM)),
    box: inOriginal(seen, found.box),
    searched: found.box,
    status: probability >= ok ? "ok" : "unsure",
    image: found.image,
  };
}

function ignoredIn(seen: Candidates, outcomes: readonly Outcome[], digits: readonly Character[]): Ignored[] {
  const characters = outcomes.flatMap((each) => each.characters);
  const signs = characters.filter(({ character }) => character === SIGN);
  // a mark on a line without a digit is in no text
  const alone = outcomes
    .filter(({ texts }) => !hasDigits(texts[0] as string))
    .flatMap((each) => each.characters);
  const measured = digits.length ? digits : characters;
  const heights = measured.length
    ? measured.map(({ box }) => box.height)
    : seen.lines.map(({ line }) => line.height);
  const boxes = characters.map(({ box }) => box);
  const found: Ignored[] = [
    ...signs.map(({ box }): Ignored => ({ kind: "sign", box })),
    ...alone
      .filter(({ character }) => MARKS.includes(character))
      .map(({ box }): Ignored => ({ kind: "unknown", box })),
    ...leftOut(seen.grey, seen.ink, boxes, median(heights), Math.max(seen.workLeft, LEAST_KIND_WORK)),
  ];
  return found
    .sort((a, b) => a.box.x - b.box.x)
    .map(({ kind, box }) => ({ kind, box: inOriginal(seen, box) }));
}

/** Say that the number was read, and what was left out. */
function successOf(ignored: readonly Ignored[]): Sentence {
  const signs = ignored.filter(({ kind }) => kind === "sign").length;
  if (signs) return ["reading.ok_beside_signs", { n: signs }];
  if (ignored.some(({ kind }) => kind === "neighbour")) return ["reading.ok_beside_neighbours", {}];
  return [
    ignored.some(({ kind }) => kind === "ruling" || kind === "print")
      ? "reading.ok_without_ruling"
      : "reading.ok",
    {},
  ];
}

/** Choose the most helpful sentence about a number that is not sure. */
function adviceOf(
  seen: Candidates,
  page: Page,
  found: readonly Character[],
  digits: readonly Digit[],
  alternatives: Texts,
): Sentence {
  const boxes = found.map(({ box }) => box);
  const amiss = aboutThePicture(
    seen,
    boxes,
    digits.map(({ box }) => Math.max(box.width, box.height)),
  );
  if (amiss) return amiss;
  if (page.written.some((each) => hasSignInside(each.texts[0] as string))) return ["reading.sign_inside", {}];
  if (page.ignored.some(isUnknown)) return ["reading.unknown_ink", {}];
  const [text, other] = alternatives.map(([each]) => each).filter(Boolean);
  if (!text || !other) return ["reading.unsure_line", {}];
  const onOneLine = (each: string) => each.replaceAll("\n", " / ");
  return (
    doubtfulDigit(text, other) ?? ["reading.unsure_text", { text: onOneLine(text), other: onOneLine(other) }]
  );
}

/** Name the digit in which two texts differ; null if they differ in anything else. */
function doubtfulDigit(text: string, other: string): Sentence | null {
  if (text.length !== other.length) return null;
  const indices = [...text].flatMap((each, index) => (each === other[index] ? [] : [index]));
  const [position = 0] = indices;
  const [first, second] = [text[position] as string, other[position] as string];
  if (indices.length !== 1 || !isDigit(first) || !isDigit(second)) return null;
  const number = [...text.slice(0, position)].filter(isDigit).length + 1;
  return ["reading.unsure", { place: number, first: Number(first), second: Number(second) }];
}
