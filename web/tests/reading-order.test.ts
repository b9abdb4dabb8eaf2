import { expect, test } from "vitest";
import { type Box, boxOf } from "../src/ink/boxes";
import { inReadingOrder } from "../src/ink/components";

/** A page laid by hand, as in `tests/ink/test_components.py`. */
const PAGE: readonly (readonly [string, Box])[] = [
  ...[..."12345678"].map((name, index) => [name, boxOf(20 + 30 * index, 10 + 4 * index, 18, 30)] as const),
  ...[..."abcdef"].map((name, index) => [name, boxOf(22 + 30 * index, 52 + 4 * index, 18, 28)] as const),
  ["o", boxOf(262, 54, 10, 12)],
  ["X", boxOf(24, 120, 40, 30)],
  ["Y", boxOf(400, 122, 20, 28)],
];

test("a page laid by hand is read in its lines, in whatever order its boxes come", () => {
  for (let turn = 0; turn < 20; turn++) {
    // 7 and 17 have no common divisor
    const laid = PAGE.map((_, index) => PAGE[(index * 7 + turn) % PAGE.length] as (typeof PAGE)[number]);
    const order = inReadingOrder(laid.map(([, box]) => box));
    const names = order.map((line) => line.map((index) => laid[index]?.[0]).join(""));
    expect(names).toEqual(["12345678o", "abcdef", "XY"]);
  }
});

test("a tall box on two lines goes to the line of its nearest neighbour", () => {
  const tall = [boxOf(90, 8, 10, 36), boxOf(12, 8, 10, 36)];
  expect(inReadingOrder([boxOf(0, 0, 10, 20), boxOf(100, 14, 10, 20), ...tall])).toEqual([
    [0, 3],
    [2, 1],
  ]);
});

test("of two neighbours equally near, the one that was there first decides", () => {
  expect(inReadingOrder([boxOf(0, 0, 10, 10), boxOf(40, 4, 10, 10), boxOf(20, 6, 10, 10)])).toEqual([
    [0, 2, 1],
  ]);
});
