import { expect, test } from "vitest";
import { latestOnly } from "./npz";

const digit = (id: number, ink: number, label: number) => ({
  id,
  image: new Uint8Array(784).fill(ink),
  label,
  date: 0,
});

test("the label that was kept last counts, whatever the order of the records", () => {
  const [first, second, again] = [digit(3, 10, 1), digit(4, 20, 5), digit(7, 10, 7)];
  expect(latestOnly([first, second, again])).toEqual([[second, again], [3]]);
  expect(latestOnly([again, first, second])).toEqual([[again, second], [3]]);
});

test("what is there once stays", () => {
  const digits = [digit(1, 1, 0), digit(2, 2, 0)];
  expect(latestOnly(digits)).toEqual([digits, []]);
});
