/** Printed patterns under writing, such as the fine waves of cheques; see `shuzi.reading.decide.ignored_ink`. */
import {
  PATTERN_PIECE,
  PATTERN_PIECES,
  PATTERN_SPECK,
  PATTERN_SPREAD,
  PATTERN_THICKNESS,
} from "../generated/reading/decide";
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
