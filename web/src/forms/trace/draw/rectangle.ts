/** Where a field is that a person draws: a rectangle in millimetres that stays on the paper, and is no smaller than a spec allows. */

/** Left, top, width and height in millimetres. */
export type Box = [x: number, y: number, width: number, height: number];
export type Point = readonly [x: number, y: number];
type Size = readonly [width: number, height: number];

/** Millimetres of the narrowest and lowest field. */
const LEAST = 2;
const FIRST: Size = [50, 9]; // of a field that is not drawn but added: room for seven digits

/** The rectangle between two points, for instance where a drag began and ended; null if it is too small for a field. */
export function between([x, y]: Point, [u, v]: Point, size: Size): Box | null {
  const [left, right] = [Math.min(x, u), Math.max(x, u)].map((coordinate) => within(coordinate, 0, size[0]));
  const [top, bottom] = [Math.min(y, v), Math.max(y, v)].map((coordinate) => within(coordinate, 0, size[1]));
  const box = rounded([left ?? 0, top ?? 0, (right ?? 0) - (left ?? 0), (bottom ?? 0) - (top ?? 0)]);
  return Math.min(box[2], box[3]) < LEAST ? null : box;
}

/** A rectangle for a field around a point. */
export function around([x, y]: Point, size: Size): Box {
  const [width, height] = [Math.min(FIRST[0], size[0]), Math.min(FIRST[1], size[1])];
  return moved([x - width / 2, y - height / 2, width, height], [0, 0], size);
}

/** The rectangle elsewhere, as far as the paper goes. */
export function moved([x, y, width, height]: Box, [right, down]: Point, size: Size): Box {
  return rounded([
    within(x + right, 0, size[0] - width),
    within(y + down, 0, size[1] - height),
    width,
    height,
  ]);
}

/** The rectangle with its lower right corner elsewhere, as far as the paper goes. */
export function resized([x, y, width, height]: Box, [right, down]: Point, size: Size): Box {
  return rounded([
    x,
    y,
    within(width + right, LEAST, size[0] - x),
    within(height + down, LEAST, size[1] - y),
  ]);
}

function within(value: number, least: number, most: number): number {
  return Math.max(Math.min(value, most), least);
}

function rounded([x, y, width, height]: Box): Box {
  const tenth = (value: number) => Math.round(10 * value) / 10;
  return [tenth(x), tenth(y), tenth(width), tenth(height)];
}
