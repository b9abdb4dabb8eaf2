import { describe, expect, it } from "vitest";
import { smoothed } from "./smooth";

describe("smoothing", () => {
  it("leaves a flat line flat from the first value on", () => {
    for (const [, value] of smoothed([1, 2, 3].map((step) => [step, 1.5])))
      expect(value).toBeCloseTo(1.5, 12);
  });

  it("is the weighted mean of what came so far", () => {
    const [first, second, third] = smoothed([
      [10, 4],
      [20, 1],
      [30, 1],
    ]);
    expect(first).toEqual([10, 4]);
    // (0.9 · 4 + 1) / 1.9 and (0.81 · 4 + 0.9 · 1 + 1) / 2.71
    expect(second?.[1]).toBeCloseTo(4.6 / 1.9, 12);
    expect(third?.[1]).toBeCloseTo(5.14 / 2.71, 12);
  });
});
