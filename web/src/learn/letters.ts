/** A few letters, written with straight strokes and normalised as a digit would be. */
import { SIDE } from "../generated/ink/normalize";
import { normalize } from "../ink/normalize";
import { blank } from "../ink/picture";

type Point = readonly [x: number, y: number];

/** The strokes of each, in a field 20 wide and 20 high. */
const STROKES = {
  A: [
    [
      [1, 20],
      [9, 0],
      [18, 20],
    ],
    [
      [4, 13],
      [15, 13],
    ],
  ],
  E: [
    [
      [15, 1],
      [4, 1],
      [4, 19],
      [16, 19],
    ],
    [
      [4, 10],
      [13, 10],
    ],
  ],
  H: [
    [
      [3, 0],
      [3, 20],
    ],
    [
      [16, 0],
      [16, 20],
    ],
    [
      [3, 10],
      [16, 10],
    ],
  ],
  K: [
    [
      [4, 0],
      [4, 20],
    ],
    [
      [16, 1],
      [4, 11],
      [17, 20],
    ],
  ],
  M: [
    [
      [1, 20],
      [4, 0],
      [10, 14],
      [16, 0],
      [19, 20],
    ],
  ],
  W: [
    [
      [0, 0],
      [5, 20],
      [10, 6],
      [15, 20],
      [20, 0],
    ],
  ],
} as const satisfies Record<string, readonly (readonly Point[])[]>;

export type Letter = keyof typeof STROKES;
export const LETTERS = Object.keys(STROKES) as Letter[];

const CORNER = 4; // of the field in the image
const PEN = 1.3; // pixels from the middle of a stroke to its edge

/** 784 values, ink 255. */
export function imageOfLetter(letter: Letter): Uint8Array {
  const lines = STROKES[letter].flatMap((stroke: readonly Point[]) =>
    stroke.slice(1).map((to, index) => [stroke[index] as Point, to] as const),
  );
  const ink = blank(SIDE, SIDE);
  for (let y = 0; y < SIDE; y++)
    for (let x = 0; x < SIDE; x++) {
      const nearest = Math.min(...lines.map(([from, to]) => distance([x - CORNER, y - CORNER], from, to)));
      ink.pixels[y * SIDE + x] = Math.round(255 * Math.min(Math.max(PEN + 0.5 - nearest, 0), 1));
    }
  return normalize(ink)?.pixels ?? ink.pixels;
}

function distance([x, y]: Point, [fromX, fromY]: Point, [toX, toY]: Point): number {
  const [across, down] = [toX - fromX, toY - fromY];
  const along = ((x - fromX) * across + (y - fromY) * down) / (across ** 2 + down ** 2);
  const inside = Math.min(Math.max(along, 0), 1);
  return Math.hypot(x - fromX - inside * across, y - fromY - inside * down);
}
