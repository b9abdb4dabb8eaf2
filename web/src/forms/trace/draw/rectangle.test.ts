import { expect, test } from "vitest";
import { around, between, moved, resized } from "./rectangle";

const A4 = [210, 297] as const;

test("a drag in any direction draws the same rectangle, and none beyond the paper", () => {
  expect(between([20, 30], [62.04, 39], A4)).toEqual([20, 30, 42, 9]);
  expect(between([62, 39], [20, 30], A4)).toEqual([20, 30, 42, 9]);
  expect(between([200, 290], [250, 300], A4)).toEqual([200, 290, 10, 7]);
  expect(between([-20, -5], [10, 8], A4)).toEqual([0, 0, 10, 8]);
});

test("what is smaller than a spec allows is no field: a click, or a line", () => {
  expect(between([20, 30], [20, 30], A4)).toBeNull();
  expect(between([20, 30], [90, 31.9], A4)).toBeNull();
  expect(between([20, 30], [22, 32], A4)).toEqual([20, 30, 2, 2]);
});

test("a rectangle is moved up to the edges of the paper and keeps its size", () => {
  expect(moved([20, 30, 42, 9], [1, -1], A4)).toEqual([21, 29, 42, 9]);
  expect(moved([20, 30, 42, 9], [-50, 500], A4)).toEqual([0, 288, 42, 9]);
});

test("a rectangle is resized up to the edges of the paper, and down to the least size", () => {
  expect(resized([20, 30, 42, 9], [1, 2], A4)).toEqual([20, 30, 43, 11]);
  expect(resized([20, 30, 42, 9], [-100, 1_000], A4)).toEqual([20, 30, 2, 267]);
});

test("a field is added around a point, and whole", () => {
  expect(around([105, 148.5], A4)).toEqual([80, 144, 50, 9]);
  expect(around([0, 297], A4)).toEqual([0, 288, 50, 9]);
});
