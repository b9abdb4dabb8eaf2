/** Boxes in a picture: their geometry, overlap, and non-maximum suppression. */
import { rounded } from "./numbers";
import type { Grey, Part } from "./picture";

type Ends = readonly [first: number, last: number];

/** An upright rectangle in pixels; it may reach beyond the picture. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export function boxOf(x: number, y: number, width: number, height: number): Box {
  return { x, y, width, height };
}

export function rightOf({ x, width }: Box): number {
  return x + width;
}

export function bottomOf({ y, height }: Box): number {
  return y + height;
}

/** A box with the same centre, larger by a fraction of its width and height. */
export function grown({ x, y, width, height }: Box, fraction: number): Box {
  const [wider, higher] = [fraction * width, fraction * height];
  return boxOf(x - wider / 2, y - higher / 2, width * (1 + fraction), height * (1 + fraction));
}

/** The rows and columns that it touches, plus a margin; never empty. */
export function touched(box: Box, rim = 0): Part {
  const [left, top] = [Math.max(0, Math.floor(box.x - rim)), Math.max(0, Math.floor(box.y - rim))];
  return {
    top,
    left,
    bottom: Math.max(top + 1, Math.ceil(bottomOf(box) + rim)),
    right: Math.max(left + 1, Math.ceil(rightOf(box) + rim)),
  };
}

/** The box in whole pixels between two columns and two rows, clipped to a picture; never empty. */
export function wholeBox(columns: Ends, rows: Ends, { width, height }: Grey): Box {
  const [[x, wide], [y, high]] = [wholeSide(columns, width), wholeSide(rows, height)];
  return boxOf(x, y, wide, high);
}

/** Where it begins and how long it is. */
function wholeSide(ends: Ends, side: number): Ends {
  const [first, last] = ends.map((end) => Math.min(Math.max(rounded(end), 0), side)) as unknown as Ends;
  const start = Math.min(first, side - 1);
  return [start, Math.max(1, last - start)];
}

/** The smallest box around two. */
export function union(a: Box, b: Box): Box {
  const [x, y] = [Math.min(a.x, b.x), Math.min(a.y, b.y)];
  const right = Math.max(rightOf(a), rightOf(b));
  return boxOf(x, y, right - x, Math.max(bottomOf(a), bottomOf(b)) - y);
}

/** The intersection of two over their union. */
export function iou(a: Box, b: Box): number {
  const both = intersection(a, b);
  return both / Math.max(a.width * a.height + b.width * b.height - both, 1e-9);
}

/** The intersection of two as a fraction of the smaller one's area. */
export function overlapOfSmaller(a: Box, b: Box): number {
  return intersection(a, b) / Math.max(Math.min(a.width * a.height, b.width * b.height), 1e-9);
}

/** The area of the intersection of two. */
export function intersection(a: Box, b: Box): number {
  const across = Math.min(rightOf(a), rightOf(b)) - Math.max(a.x, b.x);
  const down = Math.min(bottomOf(a), bottomOf(b)) - Math.max(a.y, b.y);
  return Math.max(across, 0) * Math.max(down, 0);
}

/** Keep, best first, the boxes that overlap no better kept one by `most` or more. */
export function nonMaximumSuppression<T extends { readonly box: Box }>(
  candidates: readonly T[],
  overlap: (a: Box, b: Box) => number,
  most: number,
): T[] {
  const kept: T[] = [];
  for (const candidate of candidates)
    if (kept.every(({ box }) => overlap(candidate.box, box) < most)) kept.push(candidate);
  return kept;
}
