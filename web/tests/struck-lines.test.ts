/** Numbers under a stroke are told from numbers on printed lines as in Python, on the same cases. */
import { expect, test } from "vitest";
import cases from "../../tests/fixtures/struck.json";
import { PAPER } from "../src/generated/ink/paper";
import { boxOf } from "../src/ink/boxes";
import { blank } from "../src/ink/picture";
import { isStruckOut } from "../src/reading/find/struck-lines";

type Four = [number, number, number, number];
type Two = [number, number];

test.each(Object.entries(cases))("%s", (_, { size, digits, strokes, isStruck }) => {
  const [width, height] = size as Two;
  const contrast = blank(width, height);
  contrast.pixels.fill(PAPER);
  const fill = ([x, y, wide, high]: Four, level: number) => {
    for (let row = y; row < y + high; row++)
      contrast.pixels.fill(level, row * width + x, row * width + x + wide);
  };
  for (const digit of digits as Four[]) {
    const [x, y, wide, high] = digit; // a zero each
    fill(digit, 255);
    fill([x + 3, y + 3, wide - 6, high - 6], PAPER);
  }
  for (const { from, to, thick, level } of strokes) {
    const [[left, start], [right, end]] = [from as Two, to as Two];
    for (let x = left; x <= right; x++) {
      const y = Math.floor(start + ((end - start) * (x - left)) / (right - left) + 0.5);
      for (let row = y; row < y + thick; row++) {
        const at = row * width + x;
        contrast.pixels[at] = Math.max(contrast.pixels[at] as number, level);
      }
    }
  }
  const boxes = (digits as Four[]).map(([x, y, wide, high]) => boxOf(x, y, wide, high));
  expect(isStruckOut(contrast, boxes)).toBe(isStruck);
});
