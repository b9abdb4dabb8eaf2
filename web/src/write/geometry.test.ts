import { expect, test } from "vitest";
import { positionsOf, type Rect } from "./geometry";

const SIZE = { width: 600, height: 400 };
const box = (x: number, y: number, height = 60): Rect => ({ x, y, width: 40, height });
const above = (rect: Rect, text = "7") => ({ box: rect, text, side: "above" as const });

test("a label is above its box, or below where the area ends", () => {
  expect(positionsOf([above(box(20, 100)), above(box(80, 10))], SIZE)).toEqual([
    { x: 22, y: 94 },
    { x: 82, y: 85 },
  ]);
});

test("labels of two rows close together cover neither boxes nor each other", () => {
  const [first, second] = [box(20, 40), box(24, 106)]; // six pixels between them
  const positions = positionsOf([above(first), above(second)], SIZE);
  expect(positions).toEqual([
    { x: 22, y: 34 },
    { x: 26, y: 181 },
  ]);
});

test("between two rows without room there is no label", () => {
  const rows = [box(20, 40), box(20, 106), box(20, 172)];
  expect(
    positionsOf(
      rows.map((rect) => above(rect)),
      SIZE,
    )[1],
  ).toBe(null);
});

test("two labels never share a place, whatever their sides", () => {
  const upper = { box: box(20, 40), text: "unknown", side: "below" as const };
  const lower = above(box(24, 124));
  expect(positionsOf([upper, lower], SIZE)).toEqual([
    { x: 22, y: 115 },
    { x: 26, y: 199 },
  ]);
});

test("a box without a label is in the way, and a frame without a width is not", () => {
  const unlabelled = above(box(20, 60, 30), "");
  expect(positionsOf([unlabelled, above(box(20, 100))], SIZE)).toEqual([null, { x: 22, y: 175 }]);
  const frame = above({ ...box(0, 0, 400), width: 0 }, "");
  expect(positionsOf([frame, above(box(20, 100))], SIZE)).toEqual([null, { x: 22, y: 94 }]);
});
