import { expect, test } from "vitest";
import { answered, counts } from "./confusion";

test("each image is counted at its label and the most probable answer", () => {
  const sure = (digit: number) =>
    Array.from({ length: 10 }, (_, index) => (index === digit ? 0.75 : 0.25 / 9));
  const answers = answered(Uint8Array.of(3, 3, 8), Float32Array.from([sure(3), sure(5), sure(8)].flat()));
  expect(answers[1]).toEqual({ index: 1, label: 3, digit: 5, probability: 0.75 });
  const table = counts(answers);
  expect(table.flat().reduce((sum, count) => sum + count)).toBe(3);
  expect([table[3]?.[3], table[3]?.[5], table[8]?.[8]]).toEqual([1, 1, 1]);
});
