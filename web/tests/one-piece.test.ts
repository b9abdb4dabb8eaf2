import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { hasNeighbours, isOnePiece } from "../src/ink/paper";

/** Whether any pixel of ink is reached from the first by steps of one or two pixels, in any direction. */
function isReached(ink: readonly (readonly [number, number])[]): boolean {
  const waiting = ink.slice(0, 1);
  const reached = new Set(waiting);
  for (let from = waiting.pop(); from; from = waiting.pop())
    for (const to of ink)
      if (!reached.has(to) && Math.max(Math.abs(to[0] - from[0]), Math.abs(to[1] - from[1])) <= 2) {
        reached.add(to);
        waiting.push(to);
      }
  return ink.length > 0 && reached.size === ink.length;
}

test("ink is one piece where every pixel is reached across gaps of one pixel, if it is not of two characters", () => {
  let seed = 7;
  const random = () => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  const answers = Array.from({ length: 300 }, () => {
    const pixels = Uint8Array.from({ length: 81 }, () => (random() < 0.35 ? 255 : 0));
    const ink = [...pixels.keys()]
      .filter((at) => pixels[at])
      .map((at) => [at % 9, Math.floor(at / 9)] as const);
    const picture = { width: 9, height: 9, pixels };
    const answer = isOnePiece(picture);
    expect(answer).toBe(isReached(ink) && !hasNeighbours(picture));
    return answer;
  });
  expect(new Set(answers).size).toBe(2);
});

const MASKS = JSON.parse(
  readFileSync(new URL("../../tests/fixtures/neighbours.json", import.meta.url), "utf8"),
) as Readonly<Record<string, { hasNeighbours: boolean; mask: readonly string[] }>>;

test.each(Object.entries(MASKS))(
  "characters are told from broken strokes: %s",
  (_, { hasNeighbours: expected, mask }) => {
    const pixels = Uint8Array.from(mask.join(""), (pixel) => (pixel === "#" ? 255 : 0));
    expect(hasNeighbours({ width: mask[0]?.length ?? 0, height: mask.length, pixels })).toBe(expected);
  },
);
