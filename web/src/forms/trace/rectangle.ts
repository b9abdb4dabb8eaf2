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

const MOST = 0.2; // of the smaller of two boxes that both may cover: near enough is not twice

interface Placed {
  at: readonly Box[];
  isLeftOut: boolean;
  drawn?: { isChecked: boolean };
}

/** Two numbers of fields, from 0. */
interface Doubled {
  drawn: number;
  covered: number;
}

/** The first drawn field that lies on another one, where the service has said where it is; null if none does. */
export function doubledOf(fields: readonly Placed[]): Doubled | null {
  const used = fields.flatMap((field, index) => (field.isLeftOut ? [] : [{ field, index }]));
  for (const { field, index } of used) {
    if (!field.drawn?.isChecked) continue;
    const covered = used.find((candidate) => candidate.index !== index && isOn(field.at, candidate.field.at));
    if (covered) return { drawn: index, covered: covered.index };
  }
  return null;
}

function isOn(boxes: readonly Box[], others: readonly Box[]): boolean {
  return boxes.some((box) => others.some((covered) => shared(box, covered) > MOST));
}

function shared([x, y, wide, high]: Box, [u, v, width, height]: Box): number {
  const across = Math.min(x + wide, u + width) - Math.max(x, u);
  const down = Math.min(y + high, v + height) - Math.max(y, v);
  return (Math.max(across, 0) * Math.max(down, 0)) / Math.min(wide * high, width * height);
}
