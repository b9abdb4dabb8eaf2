/** Prepare a reading for display: rounded numbers, and boxes as lists. */
import { SIDE } from "../generated/ink/normalize";
import type { Box } from "../ink/boxes";
import type { Grey } from "../ink/picture";
import { withoutMarks } from "../reading/classes";
import type { Reading } from "../reading/report/result";
import type { Found } from "./protocol";

/** A reading with the numbers that people see. */
export function asShown(reading: Reading, { width, height }: Grey): Found {
  const box = ({ x, y, width, height }: Box): [number, number, number, number] => [x, y, width, height];
  return {
    text: reading.text,
    digits_text: withoutMarks(reading.text),
    status: reading.status,
    confidence: decimals(reading.confidence),
    digits_status: reading.digitsStatus,
    digits_confidence: decimals(reading.digitsConfidence),
    digits: reading.digits.map((digit) => ({
      digit: digit.digit,
      probability: decimals(digit.probability),
      probabilities: Array.from(digit.probabilities, decimals),
      box: box(digit.box),
      status: digit.status,
      image: Array.from({ length: SIDE }, (_, y) => [
        ...digit.image.pixels.subarray(y * SIDE, (y + 1) * SIDE),
      ]),
    })),
    marks: reading.marks.map((mark) => ({
      mark: mark.mark as "." | "," | "-" | "/" | ":",
      probability: decimals(mark.probability),
      box: box(mark.box),
      alternatives: mark.alternatives.map(asAlternative),
    })),
    ignored: reading.ignored.map((each) => ({ kind: each.kind, box: box(each.box) })),
    alternatives: reading.alternatives.map(asAlternative),
    lines: reading.lines.map((line) => ({
      text: line.text,
      digits_text: withoutMarks(line.text),
      box: box(line.box),
      status: line.status,
      confidence: decimals(line.confidence),
      advice: line.advice,
    })),
    size: [width, height],
    ...(reading.noDigit !== undefined && { noDigit: decimals(reading.noDigit) }),
    advice: reading.advice,
  };
}

function asAlternative([text, probability]: [string, number]): { text: string; probability: number } {
  return { text, probability: decimals(probability) };
}

function decimals(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
