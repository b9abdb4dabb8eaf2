import { expect, test } from "vitest";
import { scaleFor } from "./accuracy-scale";

test("a tenth of the mistakes is the same step everywhere", () => {
  const { at } = scaleFor(0.85);
  expect(at(0.99) - at(0.9)).toBeCloseTo(at(0.999) - at(0.99), 10);
});

test("the scale begins low enough for the worst, and its ticks stand on it in order", () => {
  for (const lowest of [0.1, 0.55, 0.91]) {
    const { at, ticks } = scaleFor(lowest);
    expect(at(lowest)).toBeGreaterThan(0);
    const indices = ticks.map((tick) => tick.at);
    expect(indices).toEqual([...indices].sort((a, b) => a - b));
    expect(indices[0]).toBe(0);
    expect(indices.at(-1)).toBe(1);
  }
});

test("no mistake at all stands at the right end", () => {
  expect(scaleFor(0.9).at(1)).toBe(1);
});

test("less than the scale holds stands at the left end", () => {
  expect(scaleFor(0.9).at(0.02)).toBe(0);
});
