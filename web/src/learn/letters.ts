/** A few letters, written with straight strokes and normalised as a digit would be. */
import { SIDE } from "../generated/ink/normalize";
import { normalize } from "../ink/normalize";
import { blank } from "../ink/picture";

type Point = readonly [x: number, y: number];

/** The straight strokes of each, as in SVG, in a field 20 wide and 20 high. */
const PATHS = {
  A: "M1 20L9 0L18 20M4 13L15 13",
  E: "M15 1L4 1L4 19L16 19M4 10L13 10",
  H: "M3 0L3 20M16 0L16 20M3 10L16 10",
  K: "M4 0L4 20M16 1L4 11L17 20",
  M: "M1 20L4 0L10 14L16 0L19 20",
  W: "M0 0L5 20L10 6L15 20L20 0",
} as const;

export type Letter = keyof typeof PATHS;
export const LETTERS = Object.keys(PATHS) as Letter[];

const CORNER = 4; // of the field in the image
const PEN = 1.3; // pixels from the middle of a stroke to its edge

/** 784 values, ink 255. */
export function imageOfLetter(letter: Letter): Uint8Array {
  const lines = strokesOf(PATHS[letter]).flatMap((stroke) =>
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

function strokesOf(path: string): Point[][] {
  const point = (text: string) => text.split(" ").map(Number) as [number, number];
  const strokes = path.split("M").slice(1);
  return strokes.map((stroke) => stroke.split("L").map(point));
}

function distance([x, y]: Point, [fromX, fromY]: Point, [toX, toY]: Point): number {
  const [across, down] = [toX - fromX, toY - fromY];
  const along = ((x - fromX) * across + (y - fromY) * down) / (across ** 2 + down ** 2);
  const inside = Math.min(Math.max(along, 0), 1);
  return Math.hypot(x - fromX - inside * across, y - fromY - inside * down);
}
