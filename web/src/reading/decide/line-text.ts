/** The likely texts of a page's lines become a reading: digits, marks, and what was left out. */
import { SOLID } from "../../generated/ink/paper";
import {
  MAX_CONFIDENCE,
  MAX_MARK_ALTERNATIVES,
  MIN_CONFIDENCE,
  MIN_PROBABILITY_SUM,
  NO_DIGIT_PROBABILITY,
  SAME_INK,
} from "../../generated/reading";
import { CLASSES, DIGITS, MARKS, SIGN } from "../../generated/tasks";
import { type Box, bottomOf, boxOf, overlapOfSmaller, touched } from "../../ink/boxes";
import { isDigit } from "../classes";
import { type Candidates, inOriginal, isAtEdge } from "../find/candidates";
import { aboutLineText, aboutMarks, aboutThePicture, OF_PICTURES } from "../report/advice";
import type { Digit, Ignored, Reading, Sentence, Status } from "../report/result";
import { sharedOut, type Texts } from "./alternatives";
import { type Evidence, type LineScale, logit } from "./confidence";
import { isCutAtSide } from "./doubts";
import { ignoredOn } from "./ignored-ink";
import { type Character, type Outcome, type Outcomes, probabilityOfNoDigit } from "./outcome";

/** Make a reading of what the line recogniser and the candidates say together; null if no line has a digit. */
export function textOfLines(seen: Candidates, outcomes: Outcomes, scale: LineScale): Reading | null {
  const page = pageOf(seen, outcomes);
  if (!page) return null;
  const { written, texts: all, isSignInside } = outcomes;
  const characters = written.flatMap((line) => line.characters);
  const digits = characters.filter(({ character }) => isDigit(character));
  // 1. the confidence in the whole text, and in its digits alone
  const confidence = scale.confidence(page.evidence);
  const evidenceOfDigits = { ...page.evidence, raw: logit(outcomes.probabilityOfDigits) };
  const digitsConfidence = Math.max(scale.confidence(evidenceOfDigits), confidence);
  const isHindered = isSignInside || page.isInDoubt || page.isCutAtSide || page.ignored.some(isUnknown);
  const statusOf = (sure: number): Status => (sure >= scale.ok && !isHindered ? "ok" : "unsure");
  // else something else is amiss, which says more
  const isCrossedOut = written.some(({ isStruck }) => isStruck) && statusOf(digitsConfidence) === "ok";
  const [status, digitsStatus] = isCrossedOut
    ? (["unsure", "unsure"] as const)
    : [statusOf(confidence), statusOf(digitsConfidence)];
  // 2. single characters are as much less sure than their line said as the whole text is
  const [text, raw] = all[0] as Texts[0];
  const power = Math.log(clipped(confidence)) / Math.log(clipped(raw));
  const probabilities = characters.map(({ character, probability }) =>
    Math.max(
      Math.max(probability, MIN_CONFIDENCE) ** power,
      isDigit(character) ? digitsConfidence : confidence,
    ),
  );
  const read = digitsAndMarks(characters, probabilities, seen, scale.ok);
  // 3. what else may be written, and a sentence
  const alternatives = sharedOut(all, confidence, scale.others);
  const boxes = digits.map(({ box }) => box);
  const texts = alternatives.map(([likely]) => likely);
  const advice = (): Sentence => {
    if (isCrossedOut) return ["reading.struck", {}];
    if (status === "ok") return successOf(page.ignored);
    if (digitsStatus === "ok") {
      // what is amiss with the picture explains more than a mark that may be there
      const amiss = read.digits.length ? aboutThePicture(seen, boxes, read.digits) : null;
      return (
        amiss ??
        aboutMarks(
          text,
          all.map(([likely]) => likely),
        )
      );
    }
    return aboutLineText(seen, boxes, read.digits, isSignInside, page.isCutAtSide, page.ignored, texts);
  };
  return {
    text,
    status,
    confidence,
    digitsStatus,
    digitsConfidence,
    ...read,
    ignored: page.ignored,
    alternatives,
    advice: advice(),
    lines: [],
  };
}

/** The digits and the marks of characters, each of which is right with a given probability; signs are neither. */
export function digitsAndMarks(
  characters: readonly Character[],
  probabilities: readonly number[],
  seen: Candidates,
  ok: number,
): Pick<Reading, "digits" | "marks"> {
  const read: Pick<Reading, "digits" | "marks"> = { digits: [], marks: [] };
  for (const [index, each] of characters.entries()) {
    const { character, box } = each;
    const probability = probabilities[index] as number;
    if (isDigit(character)) read.digits.push(digitOf(each, seen, probability, ok));
    else if (MARKS.includes(character))
      read.marks.push({
        mark: character,
        probability,
        box: inOriginal(seen, box),
        alternatives: othersOf(each),
      });
  }
  return read;
}

/** The alternatives of a mark, the most likely first. */
function othersOf({ character, probabilities }: Character): [string, number][] {
  return [...CLASSES]
    .map((other, label): [string, number] => [other, probabilities[label] as number])
    .filter(([other, probability]) => other !== character && probability > 0)
    .sort(([, a], [, b]) => b - a)
    .slice(0, MAX_MARK_ALTERNATIVES);
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
  const told = isNone ? { noDigit } : {};
  if (status === reading.status) return { ...reading, ...told, ignored };
  const advice: Sentence = OF_PICTURES.includes(reading.advice[0])
    ? reading.advice
    : [isNone ? "reading.not_a_digit" : "reading.signs", {}];
  const digits = reading.digits.map((digit) => ({ ...digit, status }));
  return { ...reading, ...told, status, digitsStatus: status, digits, advice, ignored };
}

/** What was left out of a page, and the evidence about its texts. */
interface Page {
  ignored: Ignored[];
  evidence: Evidence;
  /** Whether a line is cut off, or a character of it is one of another line. */
  isInDoubt: boolean;
  /** Whether the left or right edge of the picture cuts off ink that belongs to a line and is no digit of it. */
  isCutAtSide: boolean;
}

function pageOf(seen: Candidates, { countedOnce, isShared, written, texts }: Outcomes): Page | null {
  if (!written.length) return null;
  const characters = written.flatMap((line) => line.characters);
  const ignored = ignoredOn(
    seen,
    countedOnce,
    characters.filter(({ character }) => isDigit(character)),
  );
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
  return { ignored, evidence, isInDoubt, isCutAtSide };
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
  return Math.min(Math.max(probability, MIN_CONFIDENCE), MAX_CONFIDENCE);
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
    MIN_PROBABILITY_SUM,
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
export function successOf(ignored: readonly Ignored[]): Sentence {
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
