import { expect, test } from "vitest";
import { around, type Box, between, doubledOf, moved, resized } from "./rectangle";

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

const tracedField = (at: Box[], isLeftOut = false) => ({ at, isLeftOut });
const drawn = (at: Box[], isChecked = true) => ({ at, isLeftOut: false, drawn: { isChecked } });

test("a drawn field on a found one is named with it, until one of them is gone", () => {
  const field = drawn([[21, 31, 40, 9]]);
  expect(doubledOf([tracedField([[120, 30, 42, 9]]), tracedField([[20, 30, 42, 9]]), field])).toEqual({
    drawn: 2,
    covered: 1,
  });
  expect(doubledOf([tracedField([[20, 30, 42, 9]], true), field])).toBeNull();
  expect(doubledOf([tracedField([[20, 30, 42, 9]])])).toBeNull();
});

test("fields that only touch lie beside one another", () => {
  expect(doubledOf([tracedField([[20, 30, 42, 9]]), drawn([[20, 38, 42, 9]])])).toBeNull();
  expect(doubledOf([tracedField([[20, 30, 42, 9]]), drawn([[20, 36, 42, 9]])])).toEqual({
    drawn: 1,
    covered: 0,
  });
});

test("a field of two parts lies on another one with either of them", () => {
  const date: Box[] = [
    [20, 30, 14, 9],
    [40, 30, 14, 9],
  ];
  expect(doubledOf([tracedField(date), drawn([[38, 29, 20, 11]])])).toEqual({ drawn: 1, covered: 0 });
  expect(doubledOf([tracedField(date), drawn([[60, 29, 20, 11]])])).toBeNull();
});

test("two drawn fields are compared with one another, and none before the service has placed it", () => {
  expect(doubledOf([drawn([[20, 30, 42, 9]]), drawn([[22, 30, 42, 9]])])).toEqual({ drawn: 0, covered: 1 });
  expect(doubledOf([tracedField([[20, 30, 42, 9]]), drawn([[20, 30, 42, 9]], false)])).toBeNull();
});
