/** The ink of an image as a pen would write it: smooth, and from end to end. */
import { SIDE } from "../../generated/ink/normalize";

const FINER = 4; // times

/** side · side values, ink 255, and the time of writing of each, 0 to 1. */
export interface Stroke {
  side: number;
  values: Float32Array;
  order: Float32Array;
}

/** @param image 784 values, ink 255 */
export function strokeOf(image: Uint8Array): Stroke {
  const side = FINER * SIDE;
  const coarse = orderOf(image);
  const values = new Float32Array(side * side);
  const order = new Float32Array(side * side);
  for (let index = 0; index < values.length; index++) {
    const [y, x] = [Math.floor(index / side), index % side].map((at) => (at + 0.5) / FINER - 0.5) as [
      number,
      number,
    ];
    const value = interpolated((row, column) => inside(image, row, column), y, x) / 255;
    // between a third and two thirds is the edge of the stroke
    const edge = Math.min(Math.max(3 * value - 0.8, 0), 1);
    values[index] = 255 * edge;
    order[index] = latestNear(coarse, Math.round(y), Math.round(x));
  }
  return { side, values, order };
}

function inside(values: ArrayLike<number>, row: number, column: number): number {
  if (Math.min(row, column) < 0 || Math.max(row, column) >= SIDE) return 0;
  return values[row * SIDE + column] ?? 0;
}

function interpolated(at: (row: number, column: number) => number, y: number, x: number): number {
  const [row, column] = [Math.floor(y), Math.floor(x)];
  const [down, right] = [y - row, x - column];
  const above = at(row, column) * (1 - right) + at(row, column + 1) * right;
  const below = at(row + 1, column) * (1 - right) + at(row + 1, column + 1) * right;
  return above * (1 - down) + below * down;
}

/** The order of a pixel; beside the ink, where the edge is, that of the ink that reaches there. */
function latestNear(order: Float32Array, row: number, column: number): number {
  const here = inside(order, row, column);
  if (here > 0) return here;
  return Math.max(...around(row * SIDE + column).map((at) => order[at] ?? 0));
}

/** The time at which each pixel is written, 0 to 1: along the ink, from its top, piece by piece. */
function orderOf(image: Uint8Array): Float32Array {
  const order = new Float32Array(image.length);
  const written: number[] = [];
  const seen = new Set<number>();
  for (const [start, value] of image.entries()) {
    if (!value || seen.has(start)) continue;
    const queue = [start];
    seen.add(start);
    for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
      written.push(at);
      for (const next of around(at)) {
        if (!image[next] || seen.has(next)) continue;
        seen.add(next);
        queue.push(next);
      }
    }
  }
  for (const [index, at] of written.entries()) order[at] = (index + 1) / written.length;
  return order;
}

function around(at: number): number[] {
  const [row, column] = [Math.floor(at / SIDE), at % SIDE];
  const steps = [-1, 0, 1];
  return steps.flatMap((down) =>
    steps
      .map((right) => ({ row: row + down, column: column + right }))
      .filter((to) => Math.min(to.row, to.column) >= 0 && Math.max(to.row, to.column) < SIDE)
      .map((to) => to.row * SIDE + to.column),
  );
}
