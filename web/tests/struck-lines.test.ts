/** Numbers under a stroke are told from numbers on printed lines as in Python, on the same cases. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { PAPER } from "../src/generated/ink/paper";
import { boxOf } from "../src/ink/boxes";
import { blank } from "../src/ink/picture";
import { isStruckOut } from "../src/reading/find/struck-lines";

type Four = [number, number, number, number];
type Two = [number, number];

interface Case {
  size: Two;
  digits: Four[];
  strokes: { from: Two; to: Two; thick: number; level: number }[];
  isStruck: boolean;
}

const CASES: Record<string, Case> = JSON.parse(
  readFileSync(new URL("../../tests/fixtures/struck.json", import.meta.url), "utf8"),
);

test.each(Object.entries(CASES))("%s", (_, { size, digits, strokes, isStruck }) => {
  const [width, height] = size;
  const contrast = blank(width, height);
  contrast.pixels.fill(PAPER);
  const fill = ([x, y, wide, high]: Four, level: number) => {
    for (let row = y; row < y + high; row++)
      contrast.pixels.fill(level, row * width + x, row * width + x + wide);
  };
  for (const digit of digits) {
    const [x, y, wide, high] = digit; // a zero each
    fill(digit, 255);
    fill([x + 3, y + 3, wide - 6, high - 6], PAPER);
  }
  for (const { from, to, thick, level } of strokes) {
    const [[left, start], [right, end]] = [from, to];
    for (let x = left; x <= right; x++) {
      const y = Math.floor(start + ((end - start) * (x - left)) / (right - left) + 0.5);
      for (let row = y; row < y + thick; row++) {
        const at = row * width + x;
        contrast.pixels[at] = Math.max(contrast.pixels[at] as number, level);
      }
    }
  }
  const boxes = digits.map(([x, y, wide, high]) => boxOf(x, y, wide, high));
  expect(isStruckOut(contrast, boxes)).toBe(isStruck);
});
