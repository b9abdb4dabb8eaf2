/** Candidates become a reading: the text, its confidence, and a sentence for people; see `shuzi.reading.decide.interpret`. */

import { LEAST_CONTRAST } from "../../generated/ink/paper";
import { MORE_INK } from "../../generated/reading/report";
import { inReadingOrder } from "../../ink/components";
import { largestAt } from "../../ink/numbers";
import { type Candidate, type Candidates, inOriginal } from "../find/candidates";
import { aboutNoWriting, aboutThePicture, isMuchSmaller } from "../report/advice";
import type { Digit, Reading, Sentence, Status } from "../report/result";
import { bestProducts, onLines } from "./alternatives";
import type { Scale } from "./candidate-confidence";
import type { LineScale } from "./line-confidence";
import { interpretLines, rejectLines } from "./line-text";

/** Put candidates in reading order and make a reading of them. */
export function interpret(seen: Candidates, scale: Scale, lines: LineScale): Reading {
  if (seen.tooMuch) return unread(seen.tooMuch);
  const byLines = seen.lines.length ? interpretLines(seen, lines) : null;
  if (byLines) return byLines;
  if (!seen.candidates.length) return blankReading(seen, scale);
  const placed = inReadingOrder(seen.candidates.map(({ box }) => box));
  const confidence = scale.way(seen.simple).ofText(seen);
  const digits = placed.map((line) =>
    line.map((index) => digitOf(seen.candidates[index] as Candidate, seen, scale, confidence)),
  );
  const ordered = digits.flat();
  const status = statusOf(ordered, confidence, scale);
  const choices = ({ probabilities }: Digit) =>
    Array.from(probabilities, (each, digit): [string, number] => [String(digit), each]);
  const reading: Reading = {
    text: digits.map((line) => line.map(({ digit }) => digit).join("")).join("\n"),
    status,
    confidence,
    digitsConfidence: confidence,
    digits: ordered,
    marks: [],
    ignored: [],
    alternatives: bestProducts(onLines(digits.map((line) => line.map(choices))), confidence),
    advice: adviceOf(seen, ordered, status),
  };
  return seen.lines.length ? rejectLines(reading, seen, lines) : reading;
}

function blankReading(seen: Candidates, scale: Scale): Reading {
  let [darkest, lightest] = [255, 0];
  for (const level of seen.grey.pixels)
    [darkest, lightest] = [Math.min(darkest, level), Math.max(lightest, level)];
  // on an even surface nothing can have been overlooked, unless shrinking made it even
  const isEven = lightest - darkest < LEAST_CONTRAST / 2 && !isMuchSmaller(seen);
  const confidence = isEven ? 1 : scale.blank;
  const advice = aboutNoWriting(seen);
  const nothing = { digits: [], marks: [], ignored: [], alternatives: [] };
  return { text: "", status: "blank", confidence, digitsConfidence: confidence, advice, ...nothing };
}

/** The reading of a picture that holds more than is read. */
function unread(advice: Sentence): Reading {
  const nothing = { digits: [], marks: [], ignored: [], alternatives: [] };
  return { text: "", status: "unsure", confidence: 0, digitsConfidence: 0, advice, ...nothing };
}

/** Turn a candidate into a digit whose confidence is at least that of the whole text. */
function digitOf(candidate: Candidate, seen: Candidates, scale: Scale, text: number): Digit {
  const probability = Math.max(scale.way(seen.simple).ofDigit(candidate), text);
  const { probabilities, image, isDigit } = candidate;
  const status = isDigit < scale.digit ? "not-a-digit" : probability >= scale.ok ? "ok" : "unsure";
  const digit = largestAt(probabilities);
  const { box: searched } = candidate;
  return { digit, probability, probabilities, box: inOriginal(seen, searched), searched, status, image };
}

function statusOf(digits: readonly Digit[], confidence: number, scale: Scale): Status {
  if (digits.every(({ status }) => status === "not-a-digit")) return "not-a-digit";
  const isNone = digits.some(({ status }) => status === "not-a-digit");
  return !isNone && confidence >= scale.ok ? "ok" : "unsure";
}

/** Choose the most helpful sentence. */
function adviceOf(seen: Candidates, digits: readonly Digit[], status: Status): Sentence {
  if (status === "ok") return ["reading.ok", {}];
  const boxes = seen.candidates.map(({ box }) => box);
  const amiss = aboutThePicture(
    seen,
    boxes,
    digits.map(({ box }) => Math.max(box.width, box.height)),
  );
  if (amiss) return amiss;
  if (status === "not-a-digit") return ["reading.not_a_digit", {}];
  if (seen.uncovered > MORE_INK && digits.every((each) => each.status === "ok"))
    return ["reading.more_ink", {}];
  const none = digits.findIndex((each) => each.status === "not-a-digit");
  if (none >= 0) return ["reading.part_is_no_digit", { place: none + 1 }];
  const doubtful = digits.reduce((least, each) => (each.probability < least.probability ? each : least));
  const others = doubtful.probabilities.map((each, digit) => (digit === doubtful.digit ? -1 : each));
  const index = digits.indexOf(doubtful) + 1;
  return ["reading.unsure", { place: index, first: doubtful.digit, second: largestAt(others) }];
}
