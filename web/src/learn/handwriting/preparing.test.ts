import { expect, test } from "vitest";
import { joined } from "../../ink/components";
import { cutOut } from "../../ink/normalize";
import { Scan } from "../../ink/paper/scan";
import { STAGES, type Stage } from "../../ink/stages";
import { imageOf } from "../pixels/digits";
import { photographed } from "./photo";
import { prepared } from "./preparing";

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
