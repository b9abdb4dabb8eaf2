import { expect, test, vi } from "vitest";
import { type Said, saidOf } from "../models/test-images";
import { above, binsOf, counts } from "./evaluation";

vi.mock("../here/read", () => ({}));

const said = (confidence: number, isRight: boolean): Said => ({
  confidence,
  label: 4,
  digit: isRight ? 4 : 9,
});

test("the largest probability is the answer, and its confidence counts whether it is a digit", () => {
  const probabilities = new Float32Array(20);
  probabilities.set([0.25, 0.75], 3);
  probabilities.set([0.5, 0.25, 0.25], 10);
  expect(saidOf(Uint8Array.of(4, 7), probabilities, Float32Array.of(1, 0.5))).toEqual([
    { label: 4, digit: 4, confidence: 0.75 },
    { label: 7, digit: 0, confidence: 0.25 },
  ]);
});

// a forecast that is honest: of n answers at confidence c, c·n are right
test("honest answers lie on the diagonal", () => {
  const honest = [0.55, 0.75, 0.95].flatMap((confidence) =>
    Array.from({ length: 20 }, (_, index) => said(confidence, index < 20 * confidence)),
  );
  for (const { promised, right, count } of binsOf(honest)) {
    expect(right).toBeCloseTo(promised, 10);
    expect(count).toBe(20);
  }
  expect(binsOf(honest).map(({ from }) => from)).toEqual([0.5, 0.7, 0.9]);
});

test("every answer is in one bin, certainty in the last", () => {
  const all = [0, 0.1, 0.999, 1].map((confidence) => said(confidence, true));
  expect(binsOf(all).map(({ from, count }) => [from, count])).toEqual([
    [0, 1],
    [0.1, 1],
    [0.9, 2],
  ]);
});

test("a higher threshold answers less", () => {
  const all = [said(0.4, false), said(0.6, false), said(0.6, true), said(0.9, true)];
  expect([0, 0.6, 0.7, 1].map((threshold) => above(all, threshold))).toEqual([
    { answered: 4, wrong: 2 },
    { answered: 3, wrong: 1 },
    { answered: 1, wrong: 0 },
    { answered: 0, wrong: 0 },
  ]);
});

test("each image is counted at its label and the answer", () => {
  const answer = (label: number, digit: number): Said => ({ label, digit, confidence: 0.75 });
  const table = counts([answer(3, 3), answer(3, 5), answer(8, 8)]);
  expect(table.flat().reduce((sum, count) => sum + count)).toBe(3);
  expect([table[3]?.[3], table[3]?.[5], table[8]?.[8]]).toEqual([1, 1, 1]);
});
