import { expect, test } from "vitest";
import { blank } from "../../ink/picture";
import { imageOf } from "../pixels/digits";
import { photoAround, photographed, SIDE } from "./photo";

test("what is around a digit is cut out to one size, also at the picture's edge", () => {
  const picture = blank(300, 200);
  picture.pixels.fill(200);
  for (let y = 40; y < 100; y++) for (let x = 5; x < 25; x++) picture.pixels[y * 300 + x] = 10;
  const { width, height, pixels } = photoAround(picture, { x: 5, y: 40, width: 20, height: 60 });
  expect([width, height]).toEqual([SIDE, SIDE]);
  // the bar takes half of the height and a sixth of the width
  const dark = pixels.filter((level) => level < 105).length / pixels.length;
  expect(dark).toBeCloseTo(1 / 12, 1.5);
  expect(pixels[0]).toBe(200);
});

test("the paper of a photo darkens to one side, and ink is darker than it everywhere", () => {
  const { pixels } = photographed(imageOf(7).values);
  const row = (y: number) => pixels.subarray(y * SIDE, (y + 1) * SIDE);
  expect(row(0)[0]).toBeGreaterThan((row(0)[SIDE - 1] as number) + 80);
  expect(Math.min(...pixels)).toBeLessThan(60);
});
