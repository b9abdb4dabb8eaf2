import { describe, expect, test } from "vitest";
import { chain, contain, contains, inverse, place, placeRect } from "../geometry";
import { boundsOf, fitting, Sheet, type Stroke } from "./sheet";

const WIDE = { width: 800, height: 400 };
const line: Stroke = [
  { x: 100, y: 100, width: 10 },
  { x: 700, y: 300, width: 10 },
];

describe("what is on the sheet", () => {
  test("undo takes back a stroke, and a clearing as well", () => {
    const sheet = new Sheet();
    sheet.add(line);
    sheet.clear();
    expect(sheet.isEmpty.value).toBe(true);
    sheet.undo();
    expect(sheet.strokes.value).toEqual([line]);
    sheet.undo();
    expect(sheet.isEmpty.value).toBe(true);
    expect(sheet.canUndo.value).toBe(false);
    sheet.undo();
    expect(sheet.isEmpty.value).toBe(true);
  });

  test("clearing an empty sheet leaves nothing to undo", () => {
    const sheet = new Sheet();
    sheet.clear();
    expect(sheet.canUndo.value).toBe(false);
  });

  test("the ink's bounds hold the pen's width", () => {
    expect(boundsOf([line])).toEqual({ x: 95, y: 95, width: 610, height: 210 });
    expect(boundsOf([])).toBeNull();
  });
});

describe("a canvas that changes its size", () => {
  test("shows all the ink when it becomes narrow, and as before when it is wide again", () => {
    const sheet = new Sheet();
    const before = sheet.placement(WIDE);
    sheet.add(line);
    const narrow = { width: 300, height: 500 };
    const shown = placeRect(boundsOf([line]) ?? { x: 0, y: 0, width: 0, height: 0 }, sheet.placement(narrow));
    for (const corner of [shown, { x: shown.x + shown.width, y: shown.y + shown.height }]) {
      expect(contains({ x: 0, y: 0, ...narrow }, corner)).toBe(true);
    }
    expect(sheet.placement(WIDE)).toEqual(before);
  });

  test("shows what was written beside the paper, too", () => {
    const sheet = new Sheet();
    sheet.placement(WIDE);
    const neighbour: Stroke = [{ x: 400, y: 900, width: 10 }];
    sheet.add(neighbour);
    expect(place({ x: 400, y: 905 }, sheet.placement(WIDE)).y).toBeLessThanOrEqual(WIDE.height);
  });

  test("an empty sheet takes the canvas's own pixels as its units", () => {
    const sheet = new Sheet();
    sheet.placement(WIDE);
    expect(sheet.placement({ width: 300, height: 500 })).toEqual({ scale: 1, x: 0, y: 0 });
  });
});

describe("placements", () => {
  const first = { scale: 2, x: 10, y: -4 };
  const second = { scale: 0.5, x: 3, y: 7 };
  const point = { x: 12, y: 34 };

  test("the way back undoes the way there", () => {
    expect(place(place(point, first), inverse(first))).toEqual(point);
  });

  test("a chain is one after the other", () => {
    expect(place(point, chain(first, second))).toEqual(place(place(point, first), second));
  });

  test("a picture lies whole and in the middle", () => {
    const tall = contain({ x: 0, y: 0, width: 100, height: 400 }, WIDE);
    expect(placeRect({ x: 0, y: 0, width: 100, height: 400 }, tall)).toEqual({
      x: 350,
      y: 0,
      width: 100,
      height: 400,
    });
  });
});

describe("the pen", () => {
  const stroke = (length: number, width = 15): Stroke => [
    { x: 0, y: 0, width },
    { x: 0, y: length, width },
  ];
  const dot: Stroke = [{ x: 40, y: 0, width: 15 }];

  test("is thinner for small writing only, and the same for all of it", () => {
    const small = fitting([stroke(20), stroke(8)]);
    expect(small.flat().map(({ width }) => width)).toEqual([4, 4, 4, 4]);
    const usual = [stroke(150), stroke(30), dot];
    expect(fitting(usual)).toBe(usual);
  });

  test("leaves dots alone where there is nothing else, and never vanishes", () => {
    expect(fitting([dot])).toEqual([dot]);
    expect(fitting([stroke(1)]).flat()[0]?.width).toBe(3);
  });
});
