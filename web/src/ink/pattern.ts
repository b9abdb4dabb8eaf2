/** Printed patterns under writing, such as the fine waves of cheques; see `shuzi.ink.pattern`. */
import {
  DIRECTIONS,
  HATCH_LENGTH,
  HATCH_LINES,
  HATCH_NARROW,
  HATCH_THICKNESS,
  PARALLEL,
  PATTERN_PIECE,
  PATTERN_PIECES,
  PATTERN_SPECK,
  PATTERN_SPREAD,
  PATTERN_THICKNESS,
} from "../generated/ink/pattern";
import type { Component } from "./components";
import type { Grey } from "./picture";

/** How thick the strokes of pieces of ink are, in pixels: twice a piece's area by the length of its edge. */
export function thicknessOf(
  labels: ArrayLike<number>,
  { width, height }: Pick<Grey, "width" | "height">,
  areas: readonly number[],
): number[] {
  const edges = new Int32Array(areas.length + 1);
  for (let y = 0, index = 0; y < height; y++)
    for (let x = 0; x < width; x++, index++) {
      const label = labels[index] as number;
      if (!label) continue;
      const open =
        Number(y === 0 || labels[index - width] !== label) +
        Number(y === height - 1 || labels[index + width] !== label) +
        Number(x === 0 || labels[index - 1] !== label) +
        Number(x === width - 1 || labels[index + 1] !== label);
      edges[label] = (edges[label] as number) + open;
    }
  return areas.map((area, index) => (2 * area) / Math.max(edges[index + 1] as number, 1));
}

/**
 * Whether a page has a printed pattern: many pieces thinner than the pen's strokes, nearly everywhere.
 *
 * @param thick how thick the strokes of each piece are
 * @param pen how thick the strokes of the characters are
 * @param high the median height of the digits, in pixels
 */
export function isPatterned(
  { width, height }: Pick<Grey, "width" | "height">,
  components: readonly Component[],
  thick: readonly number[],
  pen: number,
  high: number,
): boolean {
  const small = components.filter(
    ({ box }, index) =>
      Math.max(box.width, box.height) >= Math.max(PATTERN_SPECK, PATTERN_PIECE * high) &&
      (thick[index] as number) <= PATTERN_THICKNESS * pen,
  );
  if (small.length < PATTERN_PIECES) return false;
  const [rows, columns] = [Math.ceil(height / high), Math.ceil(width / high)];
  const seen = new Set(
    small.map(
      ({ box }) =>
        Math.floor((box.y + box.height / 2) / high) * columns + Math.floor((box.x + box.width / 2) / high),
    ),
  );
  return seen.size >= PATTERN_SPREAD * rows * columns;
}

/**
 * Which pieces are the lines of hatching: straight, thinner than the pen's strokes, and many are parallel.
 *
 * @param labels the piece of each pixel, from 1; 0 is the paper
 * @param thick how thick the strokes of each piece are
 * @param pen how thick the strokes of the characters are
 * @param high the median height of the digits, in pixels
 */
export function areHatching(
  labels: ArrayLike<number>,
  { width, height }: Pick<Grey, "width" | "height">,
  thick: readonly number[],
  pen: number,
  high: number,
): boolean[] {
  // 1. the length, width and direction of each, from its second moments
  const moments = thick.map(() => ({ area: 0, x: 0, y: 0, xx: 0, yy: 0, xy: 0 }));
  for (let y = 0, index = 0; y < height; y++)
    for (let x = 0; x < width; x++, index++) {
      const sums = moments[(labels[index] as number) - 1];
      if (!sums) continue;
      sums.area++;
      sums.x += x;
      sums.y += y;
      sums.xx += x * x;
      sums.yy += y * y;
      sums.xy += x * y;
    }
  const pieces = moments.map(({ area, x, y, xx, yy, xy }, index) => {
    const spreadX = xx / area - (x / area) ** 2;
    const spreadY = yy / area - (y / area) ** 2;
    const both = xy / area - (x * y) / area ** 2;
    const [half, apart] = [(spreadX + spreadY) / 2, Math.hypot((spreadX - spreadY) / 2, both)];
    const [length, wide] = [half + apart, half - apart].map((spread) =>
      Math.sqrt(12 * Math.max(spread, 1 / 12)),
    ) as [number, number];
    const turn = Math.atan2(2 * both, spreadX - spreadY) / (2 * Math.PI); // of half a turn
    const isLine =
      length >= HATCH_LENGTH * high &&
      length >= HATCH_NARROW * wide &&
      (thick[index] as number) <= HATCH_THICKNESS * pen;
    return { isLine, direction: (Math.floor(turn * DIRECTIONS) + DIRECTIONS) % DIRECTIONS };
  });
  // 2. those that are parallel to most
  const counts = new Array<number>(DIRECTIONS).fill(0);
  for (const { isLine, direction } of pieces)
    if (isLine) counts[direction] = (counts[direction] as number) + 1;
  const alike = counts.map((_, direction) => {
    let sum = 0;
    for (let step = -PARALLEL; step <= PARALLEL; step++)
      sum += counts[(direction + step + DIRECTIONS) % DIRECTIONS] as number;
    return sum;
  });
  const common = alike.indexOf(Math.max(...alike));
  const lines = pieces.map(({ isLine, direction }) => {
    const off = Math.abs(direction - common);
    return isLine && Math.min(off, DIRECTIONS - off) <= PARALLEL;
  });
  // 3. they are hatching if they are many and nearly everywhere
  const [rows, columns] = [Math.ceil(height / high), Math.ceil(width / high)];
  const squares = new Set<number>();
  for (let y = 0, index = 0; y < height; y++)
    for (let x = 0; x < width; x++, index++)
      if (lines[(labels[index] as number) - 1])
        squares.add(Math.floor(y / high) * columns + Math.floor(x / high));
  const isHatched =
    lines.filter(Boolean).length >= HATCH_LINES && squares.size >= PATTERN_SPREAD * rows * columns;
  return isHatched ? lines : lines.map(() => false);
}
