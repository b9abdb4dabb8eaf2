/** The likely texts of a page's lines become a reading: digits, marks, and what was left out. */

import { SOLID } from "../../generated/ink/components";
import {
  LEAST_CONFIDENCE,
  LEAST_PROBABILITY_SUM,
  MOST_CONFIDENCE,
  MOST_MARK_ALTERNATIVES,
  NO_DIGIT_PROBABILITY,
  SAME_INK,
} from "../../generated/reading/decide";
import { CLASSES, DIGITS, MARKS, SIGN } from "../../generated/tasks";
import { type Box, bottomOf, boxOf, overlapOfSmaller, touched } from "../../ink/boxes";
import { hasDigits, isDigit, withoutMarks } from "../classes";
import { type Candidates, inOriginal, isAtEdge } from "../find/candidates";
import { aboutLineText, aboutMarks, aboutThePicture, OF_PICTURES } from "../report/advice";
import type { Digit, Ignored, Mark, Reading, Sentence, Status } from "../report/result";
import { mostProbable, onLines, sharedOut, type Texts } from "./alternatives";
import { logit } from "./candidate-confidence";
import { isCutAtSide } from "./doubts/cut-ink";
import { ignoredOn } from "./ignored-ink";
import type { Evidence, LineScale } from "./line-confidence";
import type { Character, Outcome, Outcomes } from "./outcome";

/** Make a reading of what the line recogniser and the candidates say together; null if no line has a digit. */
export function textOfLines(seen: Candidates, outcomes: Outcomes, scale: LineScale): Reading | null {
  const page = pageOf(seen, outcomes);
  if (!page) return null;
  const characters = page.written.flatMap((line) => line.characters);
  const digits = characters.filter(({ character }) => isDigit(character));
  const marks = characters.filter(({ character }) => MARKS.includes(character));
  // 1. the confidence in the whole text, and in its digits alone
  const confidence = scale.confidence(page.evidence);
  const digitsOnly = page.written.reduce((product, line) => product * probabilityOfDigits(line), 1);
  const evidenceOfDigits = { ...page.evidence, raw: logit(digitsOnly) };
  const digitsConfidence = Math.max(scale.confidence(evidenceOfDigits), confidence);
  const isSignInside = page.written.some(({ texts }) => hasSignInside(texts[0] as string));
  const isHindered = isSignInside || page.isInDoubt || page.isCutAtSide || page.ignored.some(isUnknown);
  const statusOf = (sure: number): Status => (sure >= scale.ok && !isHindered ? "ok" : "unsure");
  // else something else is amiss, which says more
  const isCrossedOut = page.written.some(({ isStruck }) => isStruck) && statusOf(digitsConfidence) === "ok";
  const [status, digitsStatus] = isCrossedOut
    ? (["unsure", "unsure"] as const)
    : [statusOf(confidence), statusOf(digitsConfidence)];
  // 2. single characters are as much less sure than their line said as the whole text is
  const [text, raw] = page.texts[0] as Texts[0];
  const power = Math.log(clipped(confidence)) / Math.log(clipped(raw));
  const sure = ({ probability }: Character, least: number) =>
    Math.max(Math.max(probability, LEAST_CONFIDENCE) ** power, least);
  const readDigits = digits.map((digit) => digitOf(digit, seen, sure(digit, digitsConfidence), scale.ok));
  const readMarks = marks.map((mark): Mark => {
    const { character, box } = mark;
    const probability = sure(mark, confidence);
    return { mark: character, probability, box: inOriginal(seen, box), alternatives: othersOf(mark) };
  });
  // 3. what else may be written, and a sentence
  const alternatives = sharedOut(page.texts, confidence, scale.others);
  const boxes = digits.map(({ box }) => box);
  const texts = alternatives.map(([likely]) => likely);
  const advice = (): Sentence => {
    if (isCrossedOut) return ["reading.struck", {}];
    if (status === "ok") return successOf(page.ignored);
    if (digitsStatus === "ok") {
      // what is amiss with the picture explains more than a mark that may be there
      const amiss = readDigits.length ? aboutThePicture(seen, boxes, readDigits) : null;
      return (
        amiss ??
        aboutMarks(
          text,
          page.texts.map(([likely]) => likely),
        )
      );
    }
    return aboutLineText(seen, boxes, readDigits, isSignInside, page.isCutAtSide, page.ignored, texts);
  };
  return {
    text,
    status,
    confidence,
    digitsStatus,
    digitsConfidence,
    digits: readDigits,
    marks: readMarks,
    ignored: page.ignored,
    alternatives,
    advice: advice(),
  };
}

/** The alternatives of a mark, the most likely first. */
function othersOf({ character, probabilities }: Character): [string, number][] {
  return [...CLASSES]
    .map((other, label): [string, number] => [other, probabilities[label] as number])
    .filter(([other, probability]) => other !== character && probability > 0)
    .sort(([, a], [, b]) => b - a)
    .slice(0, MOST_MARK_ALTERNATIVES);
}

/** Take back the status of a reading of candidates in whose lines the recogniser sees no digit at all. */
export function rejectLines(reading: Reading, seen: Candidates, { countedOnce }: Outcomes): Reading {
  if (reading.status === "blank" || !seen.lines.length) return reading;
  const ignored = ignoredOn(seen, countedOnce, []).filter(({ box }) =>
    reading.digits.every((digit) => overlapOfSmaller(box, digit.box) < SAME_INK),
  );
  const noDigit = countedOnce.reduce((product, line) => product * probabilityOfNoDigit(line), 1);
  const isSign = countedOnce.some(({ texts }) => texts[0]?.includes(SIGN));
  const isNone = reading.status === "not-a-digit" || (isSign && noDigit >= NO_DIGIT_PROBABILITY);
  const status: Status = isNone ? "not-a-digit" : "unsure";
  if (status === reading.status) return { ...reading, ignored };
  const advice: Sentence = OF_PICTURES.includes(reading.advice[0])
    ? reading.advice
    : [isNone ? "reading.not_a_digit" : "reading.signs", {}];
  const digits = reading.digits.map((digit) => ({ ...digit, status }));
  return { ...reading, status, digitsStatus: status, digits, advice, ignored };
}

/** A page's lines that hold digits, what was left out, and the whole texts. */
interface Page {
  written: Outcome[];
  ignored: Ignored[];
  evidence: Evidence;
  texts: Texts;
  /** Whether a line is cut off, or a character of it is one of another line. */
  isInDoubt: boolean;
  /** Whether the left or right edge of the picture cuts off ink that belongs to a line and is no digit of it. */
  isCutAtSide: boolean;
}

function pageOf(seen: Candidates, { countedOnce, isShared }: Outcomes): Page | null {
  const written = countedOnce.filter(({ texts }) => hasDigits(texts[0] as string));
  if (!written.length) return null;
  const characters = written.flatMap((line) => line.characters);
  const ignored = ignoredOn(
    seen,
    countedOnce,
    characters.filter(({ character }) => isDigit(character)),
  );
  const texts = mostProbable(onLines(written.map((line) => [plainTexts(line)])));
  const evidence: Evidence = {
    raw: logit(texts[0]?.[1] ?? 0),
    uncovered: seen.uncovered,
    missed: seen.missed,
    at_edge: +characters.some(({ box }) => isAtEdge(seen, box)),
    differs: +!written.every(({ agreed }) => agreed),
    unknown: +ignored.some(isUnknown),
    lines: written.length - 1,
  };
  const isInDoubt = isShared || (written.length > 1 && written.some((line) => isCutOff(line, seen)));
  const isCutAtSide = isLineCutAtSide(seen, written, ignored);
  return { written, ignored, evidence, texts, isInDoubt, isCutAtSide };
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
      .some((level) => level >= SOLID);
  };
  return (
    boxes.every((box) => box.y <= 1 && hasInk(0, box)) ||
    boxes.every((box) => bottomOf(box) >= bottom && hasInk(bottom, box))
  );
}

/** Whether the left or right edge of the picture cuts off ink that belongs to a line and is no digit of it. */
function isLineCutAtSide(
  { ink, original }: Candidates,
  written: readonly Outcome[],
  ignored: readonly Ignored[],
): boolean {
  const smaller = ink.width / original.width;
  const printed = ignored
    .filter(({ kind }) => kind === "ruling" || kind === "print" || kind === "stain")
    .map(({ box }) => boxOf(box.x * smaller, box.y * smaller, box.width * smaller, box.height * smaller));
  const lines = written.map(({ characters }) =>
    characters.filter(({ character }) => isDigit(character)).map(({ box }) => box),
  );
  return lines.some((line) =>
    isCutAtSide(ink, line, [...printed, ...lines.filter((other) => other !== line).flat()]),
  );
}

function clipped(probability: number): number {
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
function probabilityOfDigits({ texts, probabilities }: Outcome): number {
  const best = withoutMarks(texts[0] as string);
  return Math.min(
    1,
    sumWhere(probabilities, (index) => withoutMarks(texts[index] as string) === best),
  );
}

/** The probability of all texts without a digit. */
function probabilityOfNoDigit({ texts, probabilities }: Outcome): number {
  return sumWhere(probabilities, (index) => !hasDigits(texts[index] as string));
}

function sumWhere(values: readonly number[], counts: (index: number) => boolean): number {
  return values.reduce((sum, value, index) => sum + (counts(index) ? value : 0), 0);
}

/** Whether a sign stands between digits. */
function hasSignInside(text: string): boolean {
  const digits = [...text].flatMap((character, index) => (isDigit(character) ? [index] : []));
  return text.slice(digits[0], digits.at(-1)).includes(SIGN);
}

function digitOf(
  { character, box, probabilities, image }: Character,
  seen: Candidates,
  probability: number,
  ok: number,
): Digit {
  const ofDigits = probabilities.subarray(0, DIGITS.length);
  const total = Math.max(
    ofDigits.reduce((sum, ofDigit) => sum + ofDigit, 0),
    LEAST_PROBABILITY_SUM,
  );
  return {
    digit: Number(character),
    probability,
    probabilities: Float64Array.from(ofDigits, (ofDigit) => ofDigit / total),
    box: inOriginal(seen, box),
    searched: box,
    status: probability >= ok ? "ok" : "unsure",
    image,
  };
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
