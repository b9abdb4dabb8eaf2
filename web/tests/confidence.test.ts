/** Confidence is what the numbers of a card say: the cases worked by hand that Python is held to as well. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { type EVIDENCE, FEATURES } from "../src/generated/reading";
import { LineScale, Scale } from "../src/reading/decide/confidence";
import { PageScale } from "../src/reading/decide/page-text";

interface Case {
  says: string;
  numbers: Record<string, number>;
  confidence: number;
}

interface Cases {
  lines: (Case & { evidence: Record<(typeof EVIDENCE)[number], number> })[];
  pages: (Case & { features: Record<(typeof FEATURES)[number], number>; ok: number })[];
  digits: (Case & { probability: number; is_digit: number; detector_score: number; digit: number })[];
}

const PATH = new URL("../../tests/fixtures/confidence.json", import.meta.url);
const cases: Cases = JSON.parse(readFileSync(PATH, "utf8"));

test.each(cases.lines)("a line: $says", ({ numbers, evidence, confidence }) => {
  expect(new LineScale(numbers).confidence(evidence)).toBeCloseTo(confidence, 9);
});

test.each(cases.pages)("a line of a photograph: $says", ({ numbers, features, confidence, ok }) => {
  const scale = new PageScale(numbers);
  expect(scale.confidence(FEATURES.map((name) => features[name]))).toBeCloseTo(confidence, 9);
  expect(scale.ok).toBe(ok);
});

test.each(cases.digits)("a digit: $says", ({ numbers, probability, is_digit, detector_score, digit }) => {
  const probabilities = new Float64Array(10).fill((1 - probability) / 9);
  probabilities[7] = probability;
  const confidence = probability * is_digit;
  const candidate = {
    image: { width: 28, height: 28, pixels: new Uint8Array(784) },
    box: { x: 0, y: 0, width: 9, height: 9 },
    probabilities,
    isDigit: is_digit,
    detectorScore: detector_score,
    confidence,
    score: Math.sqrt(detector_score * confidence),
  };
  expect(new Scale(numbers).way(false).ofDigit(candidate)).toBeCloseTo(digit, 9);
});
