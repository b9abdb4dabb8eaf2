import { expect, test } from "vitest";
import { joined } from "../../ink/components";
import { cutOut } from "../../ink/normalize";
import { blank } from "../../ink/picture";
import { Scan } from "../../ink/scan";
import { STAGES, type Stage } from "../../ink/stages";
import { imageOf } from "./examples";
import { photoAround, photographed, prepared, SIDE } from "./photo";

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

const TEN = Array.from({ length: 10 }, (_, digit) => digit);
const photo = (digit: number) => photographed(imageOf(digit).values);

test.each(TEN)("with all stages on, the image of %i is as MNIST's makers describe theirs", (digit) => {
  const { pen: image } = prepared(photo(digit), new Set());
  expect([image.width, image.height]).toEqual([28, 28]);
  let [all, across, down] = [0, 0, 0];
  const [xs, ys]: [number[], number[]] = [[], []];
  image.pixels.forEach((level, index) => {
    const [x, y] = [index % 28, Math.floor(index / 28)];
    [all, across, down] = [all + level, across + level * (x + 0.5), down + level * (y + 0.5)];
    if (level) {
      xs.push(x);
      ys.push(y);
    }
  });
  expect(
    Math.max(Math.max(...xs) - Math.min(...xs), Math.max(...ys) - Math.min(...ys)) + 1,
  ).toBeLessThanOrEqual(20);
  expect(Math.abs(across / all - 14)).toBeLessThan(1.1);
  expect(Math.abs(down / all - 14)).toBeLessThan(1.1);
  expect(Math.max(...image.pixels)).toBe(255);
});

test.each(TEN)("with all stages on, %i becomes what the reading makes of it", (digit) => {
  const { ink, components } = new Scan(photo(digit), 1_280);
  const [box, ...others] = joined(components.map(({ box }) => box));
  expect(others).toEqual([]);
  const expected = box && cutOut(ink, box);
  expect([...prepared(photo(digit), new Set()).pen.pixels]).toEqual([...(expected?.pixels ?? [])]);
});

test.each(STAGES)("without %s, the image is another, and still 28x28", (stage) => {
  const [on, off] = [new Set<Stage>(), new Set<Stage>([stage])].map(
    (stages) => prepared(photo(5), stages).pen,
  );
  expect([off?.width, off?.height]).toEqual([28, 28]);
  if (stage !== "pen") expect([...(off?.pixels ?? [])]).not.toEqual([...(on?.pixels ?? [])]);
});

test("with all stages off, the photo is only squeezed to 28x28", () => {
  const source = photo(3);
  const { pen: image } = prepared(source, new Set(STAGES));
  for (const [x, y] of [
    [0, 0],
    [13, 7],
    [27, 27],
  ] as const) {
    const four = [0, 1, 56, 57].map((step) => source.pixels[2 * y * 56 + 2 * x + step] as number);
    expect(
      Math.abs((image.pixels[y * 28 + x] as number) - four.reduce((sum, value) => sum + value, 0) / 4),
    ).toBeLessThan(1);
  }
});

test("a blank sheet stays blank", () => {
  const { pen: image } = prepared(photographed(new Uint8Array(784)), new Set());
  expect(Math.max(...image.pixels)).toBe(0);
});
