import { describe, expect, it } from "vitest";
import { apart, neighbours, scale, smoothed, ticks } from "./scale";

describe("ticks", () => {
  it.each([
    [0, 2000, 5, [0, 500, 1000, 1500, 2000]],
    [0, 2.4, 5, [0, 0.5, 1, 1.5, 2]],
    [-5, 5, 4, [-5, 0, 5]],
    [0, 1, 5, [0, 0.2, 0.4, 0.6, 0.8, 1]],
    [0.5, 1, 3, [0.6, 0.8, 1]],
    [0, 0.3, 3, [0, 0.1, 0.2, 0.3]],
  ])("from %f to %f, about %i", (least, most, count, wanted) => {
    expect(ticks(least, most, count)).toEqual(wanted);
  });

  it("are few even where there is no room or no span", () => {
    expect(ticks(3, 3, 5)).toEqual([3]);
    expect(ticks(0, Number.POSITIVE_INFINITY, 5)).toEqual([0]);
    expect(ticks(0, 10, 0)).toEqual([0, 10]);
  });
});

describe("a scale", () => {
  it("goes from values to pixels and back, also upside down", () => {
    const up = scale([0, 4], [200, 0]);
    expect(up.position(1)).toBe(150);
    expect(up.value(150)).toBe(1);
  });

  it("does not divide by nothing", () => {
    expect(scale([2, 2], [0, 100]).position(2)).toBe(0);
  });
});

describe("names at the ends of lines", () => {
  it("are moved apart, and only where they are too close", () => {
    expect(apart([100, 98, 20], 14)).toEqual([100, 86, 20]);
    expect(apart([50, 50, 50], 10)).toEqual([50, 40, 30]);
    expect(apart([], 10)).toEqual([]);
  });

  it("stay in the chart and in their order where all lines end at its top", () => {
    expect(apart([32, 30, 31, 90], 14, 30)).toEqual([58, 30, 44, 90]);
  });

  it("only make room for those beside them", () => {
    expect(neighbours([300, 20, 310, 24, 100], 12)).toEqual([[1, 3], [4], [0, 2]]);
    expect(neighbours([], 12)).toEqual([]);
  });
});

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
