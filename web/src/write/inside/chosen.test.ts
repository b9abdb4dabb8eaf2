import { expect, test } from "vitest";
import type { Glyph } from "../digits/glyphs";
import { digitDrawn } from "./chosen";

const glyph = (x: number, character = "1"): Glyph => ({
  character,
  line: 0,
  box: { x, y: 0, width: 10, height: 20 },
  read:
    character === "-"
      ? { mark: "-", probability: 1, box: [x, 0, 10, 20], alternatives: [] }
      : { digit: 1, probability: 1, probabilities: [], box: [x, 0, 10, 20], status: "ok" },
  isMine: false,
});
const glyphs = [glyph(0), glyph(20, "-"), glyph(40), glyph(60)];
const stroke = (...xs: number[]) => xs.map((x) => ({ x, y: 5 }));

test("the digit with most of the last stroke is drawn", () => {
  expect(digitDrawn(glyphs, null, stroke(2, 4, 42))).toBe(0);
  expect(digitDrawn(glyphs, null, stroke(2, 41, 42))).toBe(2);
});

test("without a stroke, or with one outside all digits, it is the last", () => {
  expect(digitDrawn(glyphs, null, [])).toBe(3);
  expect(digitDrawn(glyphs, null, stroke(25, 26))).toBe(3);
});

test("a selected digit comes first, a selected mark does not", () => {
  expect(digitDrawn(glyphs, 2, stroke(1))).toBe(2);
  expect(digitDrawn(glyphs, 1, stroke(1))).toBe(0);
  expect(digitDrawn([], 0, stroke(1))).toBe(null);
});
