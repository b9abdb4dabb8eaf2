/** Fooling a network: the slopes of its scores, the ink it takes, and the machine that follows them. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { inkBetween, Opponent, pixelsBetween } from "../src/duel/game";
import { FilmNetwork } from "../src/film/network";
import { bytesOf } from "../src/shared/files";
import { exact } from "./models";

const fixture = JSON.parse(
  readFileSync(new URL("../../tests/fixtures/qr-code.json", import.meta.url), "utf8"),
) as { images: string; labels: number[] };
const images = bytesOf(fixture.images);
const digit = (label: number) => images.slice(784 * label, 784 * (label + 1));

test.each(["tiny", "softmax"])("the slopes of %s are those of small changes of its scores", (name) => {
  const network = new FilmNetwork(exact(name), true);
  const image = digit(7);
  network.forward(image);
  network.backward([0, 1, 0, 0, 0, 0, 0, -1, 0, 0]);
  const slopes = network.ofPicture.slice();
  const lead = (changed: Uint8Array) => {
    const { scores } = network.forward(changed);
    return (scores[1] ?? 0) - (scores[7] ?? 0);
  };
  let checked = 0;
  for (let pixel = 200; pixel < 600; pixel += 7) {
    const value = Math.min(Math.max(image[pixel] ?? 0, 2), 253);
    const [more, less, between] = [2, -2, 0].map((by) => {
      const changed = image.slice();
      changed[pixel] = value + by;
      return lead(changed);
    }) as [number, number, number];
    // only where no unit switches in between is there one slope
    if (Math.abs(more + less - 2 * between) > 1e-4 || value !== image[pixel]) continue;
    expect((more - less) / 4).toBeCloseTo(slopes[pixel] ?? 0, 3);
    checked++;
  }
  expect(checked).toBeGreaterThan(3);
});

test.each(["tiny", "softmax"])(
  "the machine turns every digit into another for %s with little ink",
  (name) => {
    const opponent = new Opponent(exact(name));
    for (const label of fixture.labels) {
      const [start, target] = [digit(label), label === 1 ? 7 : 1];
      const fooled = opponent.fool(start, target);
      expect(fooled).not.toBeNull();
      expect(opponent.judge(fooled ?? start, target).answer).toBe(target);
      // one way to do it is to draw the other digit instead
      expect(inkBetween(start, fooled ?? start)).toBeLessThan(0.6 * inkBetween(start, digit(target)));
    }
  },
);

test("what pulls most to the target does, when its ink changes", () => {
  const opponent = new Opponent(exact("softmax"));
  const [start, target] = [digit(7), 1];
  const before = opponent.judge(start, target);
  const strongest = before.pull.indexOf(Math.max(...before.pull));
  const changed = start.slice();
  changed[strongest] = 255;
  expect(opponent.judge(changed, target).probabilities[target]).toBeGreaterThan(
    before.probabilities[target] ?? 1,
  );
  const weakest = before.pull.indexOf(Math.min(...before.pull));
  const erased = start.slice();
  erased[weakest] = 0;
  expect(opponent.judge(erased, target).probabilities[target]).toBeGreaterThan(
    before.probabilities[target] ?? 1,
  );
});

test("ink counts whether it is added or erased, in whole pixels", () => {
  expect(inkBetween(Uint8Array.of(0, 255, 100), Uint8Array.of(255, 0, 100))).toBe(2);
  expect(inkBetween(Uint8Array.of(0), Uint8Array.of(51))).toBeCloseTo(0.2);
});

test("a stroke leaves no gaps", () => {
  expect(pixelsBetween([2, 3], [5, 3])).toEqual([86, 87, 88, 89]);
  expect(pixelsBetween([4, 4], [4, 4])).toContain(116);
});
