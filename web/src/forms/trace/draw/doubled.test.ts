import { expect, test } from "vitest";
import { doubledOf } from "./doubled";
import type { Box } from "./rectangle";

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
