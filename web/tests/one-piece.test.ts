import { expect, test } from "vitest";
import { hasNeighbours, isOnePiece } from "../src/ink/paper/neighbours";

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

const MASKS: Readonly<Record<string, readonly [boolean, ...string[]]>> = {
  "two strokes that lean over one another": [
    true,
    "......#...#",
    "......#...#",
    ".....#...#.",
    ".....#...#.",
    "....#...#..",
    "....#...#..",
    "...#...#...",
    "...#...#...",
    "..#...#....",
    "..#...#....",
  ],
  "one stroke that leans": [
    false,
    "......#",
    "......#",
    ".....#.",
    ".....#.",
    "....#..",
    "....#..",
    "...#...",
    "...#...",
    "..#....",
    "..#....",
  ],
  "a seven and a dash": [
    true,
    "#######......",
    "......#......",
    ".....#.......",
    ".....#.......",
    "....#.....###",
    "....#........",
    "...#.........",
    "...#.........",
    "..#..........",
    "..#..........",
  ],
  "a four whose bar is broken": [
    false,
    "...#..#...",
    "...#..#...",
    "..#...#...",
    "..#...#...",
    ".#....#...",
    "#######.##",
    "......#...",
    "......#...",
    "......#...",
    "......#...",
  ],
  "a five whose top is broken off": [
    false,
    "##.######",
    "#........",
    "#........",
    "#........",
    "######...",
    ".....##..",
    ".......#.",
    ".......#.",
    "......##.",
    "######...",
  ],
  "a seven above a seven": [
    true,
    "#####",
    "....#",
    "...#.",
    "...#.",
    "..#..",
    "..#..",
    ".....",
    ".....",
    "#####",
    "....#",
    "...#.",
    "...#.",
    "..#..",
    "..#..",
  ],
  "a stroke with two pixels missing": [
    false,
    "..#",
    "..#",
    "..#",
    "..#",
    "..#",
    "...",
    "...",
    "..#",
    "..#",
    "..#",
    "..#",
    "..#",
  ],
  "a number with a point": [true, "#....#", "#....#", "#....#", "#....#", "#....#", "#.#..#"],
};

test.each(Object.keys(MASKS))("characters are told from broken strokes: %s", (name) => {
  const [expected, ...rows] = MASKS[name] as (typeof MASKS)[string];
  const [width, height] = [(rows[0] ?? "").length, rows.length];
  const pixels = Uint8Array.from(rows.join(""), (pixel) => (pixel === "#" ? 255 : 0));
  expect(hasNeighbours({ width, height, pixels })).toBe(expected);
});
