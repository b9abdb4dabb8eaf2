import { expect, test } from "vitest";
import { isOnePiece } from "../src/ink/components";

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

test("ink without empty columns is one piece where every pixel is reached across gaps of one pixel", () => {
  let seed = 7;
  const random = () => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  const answers = Array.from({ length: 300 }, () => {
    const pixels = Uint8Array.from({ length: 81 }, () => (random() < 0.25 ? 255 : 0));
    const ink = [...pixels.keys()]
      .filter((at) => pixels[at])
      .map((at) => [at % 9, Math.floor(at / 9)] as const);
    const answer = isOnePiece({ width: 9, height: 9, pixels });
    const columns = new Set(ink.map(([x]) => x));
    const hasGap = columns.size <= Math.max(...columns) - Math.min(...columns);
    // across an empty column a piece may be another character
    if (hasGap && answer) expect(isReached(ink)).toBe(true);
    else if (!hasGap) expect(answer).toBe(isReached(ink));
    return answer;
  });
  expect(new Set(answers).size).toBe(2);
});
