/** Candidates become a reading where no line was recognised, or none has a digit. */
import { MIN_CONTRAST } from "../../generated/ink/paper";
import { inReadingOrder } from "../../ink/components";
import { largestAt } from "../../ink/numbers";
import { type Candidate, type Candidates, inOriginal } from "../find/candidates";
import { aboutCandidates, aboutNoWriting, isMuchSmaller } from "../report/advice";
import type { Digit, Reading, Status } from "../report/result";
import { bestProducts, onLines } from "./alternatives";
import type { Scale } from "./confidence";

/** Put candidates in reading order and make a reading of them. */
export function textOfCandidates(seen: Candidates, scale: Scale): Reading {
  if (!seen.candidates.length) return blankReading(seen, scale);
  const order = inReadingOrder(seen.candidates.map(({ box }) => box));
  const confidence = scale.way(seen.simple).ofText(seen);
  const lines = order.map((line) =>
    line.map((index) => digitOf(seen.candidates[index] as Candidate, seen, scale, confidence)),
  );
  const digits = lines.flat();
  const boxes = order.flat().map((index) => (seen.candidates[index] as Candidate).box);
  const status = statusOf(digits, confidence, scale);
  const choices = ({ probabilities }: Digit) =>
    Array.from(probabilities, (probability, digit): [string, number] => [String(digit), probability]);
  return {
    text: lines.map((line) => line.map(({ digit }) => digit).join("")).join("\n"),
    status,
    confidence,
    digitsStatus: status,
    digitsConfidence: confidence,
    digits,
    marks: [],
    ignored: [],
    alternatives: bestProducts(onLines(lines.map((line) => line.map(choices))), confidence),
    advice: aboutCandidates(seen, boxes, digits, status),
    lines: [],
  };
}

function blankReading(seen: Candidates, scale: Scale): Reading {
  let [darkest, lightest] = [255, 0];
  for (const level of seen.grey.pixels)
    [darkest, lightest] = [Math.min(darkest, level), Math.max(lightest, level)];
  // on an even surface nothing can have been overlooked, unless shrinking made it even
  const isEven = lightest - darkest < MIN_CONTRAST / 2 && !isMuchSmaller(seen);
  const confidence = isEven ? 1 : scale.blank;
  const advice = aboutNoWriting(seen);
  const nothing = { digits: [], marks: [], ignored: [], alternatives: [], lines: [] };
  const ofDigits = { digitsStatus: "blank", digitsConfidence: confidence } as const;
  return { text: "", status: "blank", confidence, ...ofDigits, advice, ...nothing };
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
