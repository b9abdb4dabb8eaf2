import { expect, test } from "vitest";
import { latestOnly } from "./latest";

const digit = (id: number, ink: number, label: number) => ({
  id,
  image: new Uint8Array(784).fill(ink),
  label,
  date: 0,
});

test("the label that was kept last counts, whatever the order of the records", () => {
  const [one, other, again] = [digit(3, 10, 1), digit(4, 20, 5), digit(7, 10, 7)];
  expect(latestOnly([one, other, again])).toEqual([[other, again], [3]]);
  expect(latestOnly([again, one, other])).toEqual([[again, other], [3]]);
});

test("what is there once stays", () => {
  const digits = [digit(1, 1, 0), digit(2, 2, 0)];
  expect(latestOnly(digits)).toEqual([digits, []]);
});
