/**
 * An image of 784 pixels becomes text for an address and back, in 16 shades.
 *
 * Only what is around the ink is written: where it begins and how large it is (5 bits each), a bit for each of its
 * pixels that says whether there is ink, and 4 bits for each of those that have any.
 */
import { PIXELS } from "../../data/image";
import { addressTextOf, bytesOfAddressText } from "../../shared/files";
import { boundsOf, type InkPoint, type Stroke } from "../../write/sheet/sheet";

const SIDE = 28;
const HEAD = 20; // bits
const SHADES = 17; // 15 · 17 = 255

export function inkWritten(image: Uint8Array): string {
  const shades = Uint8Array.from({ length: PIXELS }, (_, index) => Math.round((image[index] ?? 0) / SHADES));
  return addressTextOf(packed(shades));
}

/** Null if the text is not an image. */
export function inkRead(text: string): Uint8Array | null {
  const bytes = bytesOfAddressText(text);
  const shades = bytes && unpacked(bytes);
  return shades ? shades.map((shade) => shade * SHADES) : null;
}

function packed(shades: Uint8Array): Uint8Array {
  const inked = [...shades.keys()].filter((index) => shades[index]);
  const [xs, ys] = [inked.map((index) => index % SIDE), inked.map((index) => Math.floor(index / SIDE))];
  const [x, y] = inked.length > 0 ? [Math.min(...xs), Math.min(...ys)] : [0, 0];
  const [width, height] = inked.length > 0 ? [Math.max(...xs) - x + 1, Math.max(...ys) - y + 1] : [0, 0];
  const part = within(x, y, width, height).map((index) => shades[index] ?? 0);
  const bits = [
    ...[x, y, width, height].flatMap((value) => bitsOf(value, HEAD / 4)),
    ...part.map((shade) => (shade ? 1 : 0)),
    ...part.filter(Boolean).flatMap((shade) => bitsOf(shade, 4)),
  ];
  const bytes = new Uint8Array(Math.ceil(bits.length / 8));
  bits.forEach((bit, index) => {
    bytes[index >> 3] = (bytes[index >> 3] as number) | (bit << (7 - (index % 8)));
  });
  return bytes;
}

function unpacked(bytes: Uint8Array): Uint8Array | null {
  const all = 8 * bytes.length;
  let at = 0;
  const next = (count: number) => {
    let value = 0;
    for (let left = count; left > 0; left--, at++)
      value = 2 * value + (((bytes[at >> 3] ?? 0) >> (7 - (at % 8))) & 1);
    return value;
  };
  const [x, y, width, height] = [next(5), next(5), next(5), next(5)] as [number, number, number, number];
  if (x + width > SIDE || y + height > SIDE || HEAD + width * height > all) return null;
  const inked = within(x, y, width, height).filter(() => next(1) === 1);
  const length = at + 4 * inked.length;
  // complete, with less than a byte to spare
  if (length > all || all - length >= 8) return null;
  const shades = new Uint8Array(PIXELS);
  for (const index of inked) shades[index] = next(4);
  return shades;
}

/** The pixels of a rectangle, row by row. */
function within(x: number, y: number, width: number, height: number): number[] {
  return Array.from(
    { length: width * height },
    (_, index) => (y + Math.floor(index / width)) * SIDE + x + (index % width),
  );
}

/** The largest first. */
function bitsOf(value: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => (value >> (count - 1 - index)) & 1);
}

/*
 * Pen strokes become short text for an address and back: laid on a grid of 256 steps, without the points that a straight
 * line misses by less than a step or so.
 *
 * A byte for the pen's width; for each stroke the number of its points, the first of them, and the way from each to the
 * next, a byte for each direction.
 */

const GRID = 255;
const REACH = 127; // of one step to the next point
const MOST = 200; // bytes
const LEAST = 60;
const LETTERS = 380; // of an address, for the strokes and what is beside them: with all else it has less than 500
const MAX_POINTS = 255; // of a stroke
const FINEST = 0.8; // steps by which a line may miss a point

type Step = readonly [x: number, y: number];

/**
 * Empty if there are no strokes.
 *
 * @param beside how many letters of the address the digit's image takes
 */
export function strokesWritten(strokes: readonly Stroke[], beside = 0): string {
  const box = boundsOf(strokes);
  if (!box) return "";
  const scale = GRID / Math.max(box.width, box.height);
  const points = strokes.flat();
  const width = points.reduce((sum, point) => sum + point.width, 0) / points.length;
  const onGrid = strokes.map((stroke) =>
    stroke.map(({ x, y }): Step => [Math.round((x - box.x) * scale), Math.round((y - box.y) * scale)]),
  );
  const most = Math.min(Math.max(Math.floor(0.75 * (LETTERS - beside)), LEAST), MOST);
  let bytes: number[];
  let coarseness = FINEST;
  do {
    bytes = [Math.min(Math.max(Math.round(width * scale), 1), 255)];
    for (const stroke of onGrid) bytes.push(...written(divided(simplified(stroke, coarseness))));
    coarseness *= 1.5;
  } while (bytes.length > most && coarseness < GRID);
  return addressTextOf(Uint8Array.from(bytes.slice(0, most)));
}

/** In steps of the grid; null if the text holds no strokes. */
export function strokesRead(text: string): Stroke[] | null {
  const bytes = text.length > 2 * MOST ? null : bytesOfAddressText(text);
  if (!bytes) return null;
  const [width = 0] = bytes;
  const strokes: Stroke[] = [];
  for (let at = 1; at < bytes.length; ) {
    const count = bytes[at++] as number;
    if (count === 0 || at + 2 * count > bytes.length) return null;
    let [x, y] = [0, 0];
    const points: InkPoint[] = [];
    for (let point = 0; point < count; point++, at += 2) {
      const [across, down] = [bytes[at] as number, bytes[at + 1] as number];
      x += point === 0 ? across : signed(across);
      y += point === 0 ? down : signed(down);
      points.push({ x, y, width });
    }
    strokes.push(points);
  }
  return width > 0 && strokes.length > 0 ? strokes : null;
}

function signed(byte: number): number {
  return byte > REACH ? byte - 256 : byte;
}

function written(stroke: readonly Step[]): number[] {
  const points = stroke.slice(0, MAX_POINTS);
  return [
    points.length,
    ...points.flatMap(([x, y], index) => {
      const [left, top] = points[index - 1] ?? [0, 0];
      return [(x - left) & 255, (y - top) & 255];
    }),
  ];
}

/** With points between those that are too far apart for one step. */
function divided(points: readonly Step[]): Step[] {
  return points.flatMap(([x, y], index): Step[] => {
    const [left, top] = points[index - 1] ?? [x, y];
    const parts = Math.max(1, Math.ceil(Math.max(Math.abs(x - left), Math.abs(y - top)) / REACH));
    return Array.from({ length: parts }, (_, part): Step => {
      const fraction = (part + 1) / parts;
      return [Math.round(left + (x - left) * fraction), Math.round(top + (y - top) * fraction)];
    });
  });
}

/** Without points that the line between others passes closely (Douglas and Peucker, 1973). */
function simplified(points: readonly Step[], coarseness: number): Step[] {
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last || points.length < 3) return [...points];
  let [farthest, most] = [0, 0];
  for (let index = 1; index < points.length - 1; index++) {
    const away = distance(points[index] as Step, first, last);
    if (away > most) [farthest, most] = [index, away];
  }
  if (most <= coarseness) return [first, last];
  return [
    ...simplified(points.slice(0, farthest + 1), coarseness),
    ...simplified(points.slice(farthest), coarseness).slice(1),
  ];
}

function distance([x, y]: Step, [left, top]: Step, [right, bottom]: Step): number {
  const [across, down] = [right - left, bottom - top];
  const length = Math.hypot(across, down);
  if (length === 0) return Math.hypot(x - left, y - top);
  const along = Math.min(Math.max(((x - left) * across + (y - top) * down) / length ** 2, 0), 1);
  return Math.hypot(x - left - along * across, y - top - along * down);
}
