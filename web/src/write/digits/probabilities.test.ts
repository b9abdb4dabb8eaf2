import { expect, test } from "vitest";
import { probabilitiesOf } from "./probabilities";

/** Seven with probability `own`, one with the rest. */
const seen = (own: number) => Array.from({ length: 10 }, (_, d) => (d === 7 ? own : d === 1 ? 1 - own : 0));
const sum = ({ digits, noDigit }: ReturnType<typeof probabilitiesOf>) =>
  digits.reduce((total, probability) => total + probability, noDigit);

test("what may be no digit leaves the rest to something else", () => {
  const shown = probabilitiesOf({ digit: 7, probability: 0.2, probabilities: seen(0.8) });
  expect(shown.digits[7]).toBeCloseTo(0.2, 10);
  expect(shown.digits[1]).toBeCloseTo(0.05, 10);
  expect(shown.noDigit).toBeCloseTo(0.75, 10);
});

test("where the line makes it surer, the others share what is left", () => {
  const shown = probabilitiesOf({ digit: 7, probability: 0.96, probabilities: seen(0.8) });
  expect(shown.digits[7]).toBe(0.96);
  expect(shown.digits[1]).toBeCloseTo(0.04, 10);
  expect(shown.noDigit).toBe(0);
});

test("they make one, also at the ends", () => {
  for (const own of [0, 0.5, 1])
    for (const probability of [0, 0.5, 1]) {
      const shown = probabilitiesOf({ digit: 7, probability, probabilities: seen(own) });
      expect(shown.digits[7]).toBeCloseTo(probability, 10);
      expect(sum(shown)).toBeCloseTo(1, 10);
    }
});
