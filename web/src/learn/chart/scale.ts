/** Maps a chart's values to pixels and back. */
import type { Point } from "./line-chart";

export interface Scale {
  /** From a value to pixels. */
  position(value: number): number;
  /** From pixels to a value. */
  value(position: number): number;
}

export function scale(values: readonly [number, number], pixels: readonly [number, number]): Scale {
  const [least, most] = values;
  const [start, end] = pixels;
  const factor = (end - start) / (most - least || 1);
  return {
    position: (value) => start + (value - least) * factor,
    value: (index) => least + (index - start) / factor,
  };
}

/** Round values for an axis: steps of 1, 2 or 5 times a power of ten, at most about `count` of them. */
export function ticks(least: number, most: number, count: number): number[] {
  const span = most - least;
  if (!(span > 0) || !Number.isFinite(span)) return [least];
  const rough = span / Math.max(count, 1);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((multiple) => multiple * power >= rough * (1 - 1e-9)) ?? 10) * power;
  const first = Math.ceil(least / step - 1e-9);
  const last = Math.floor(most / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, index) =>
    Number(((first + index) * step).toPrecision(12)),
  );
}

/**
 * The same positions, moved up where they are closer than `distance`, and down again where there is no more room above
 * `least`; their order stays.
 */
export function apart(
  indices: readonly number[],
  distance: number,
  least = Number.NEGATIVE_INFINITY,
): number[] {
  const order = indices.map((_, index) => index).sort((a, b) => (indices[b] ?? 0) - (indices[a] ?? 0));
  const moved = [...indices];
  let limit = Number.POSITIVE_INFINITY;
  for (const index of order) {
    limit = Math.min(indices[index] ?? 0, limit - distance);
    moved[index] = limit;
  }
  limit = least;
  for (const index of order.reverse()) {
    limit = Math.max(moved[index] ?? 0, limit);
    moved[index] = limit;
    limit += distance;
  }
  return moved;
}

/** Groups of positions, each at most `width` from the next one: their indices in the list. */
export function neighbours(indices: readonly number[], width: number): number[][] {
  const order = indices.map((_, index) => index).sort((a, b) => (indices[a] ?? 0) - (indices[b] ?? 0));
  const groups: number[][] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (const index of order) {
    const position = indices[index] ?? 0;
    if (position - last > width) groups.push([]);
    groups.at(-1)?.push(index);
    last = position;
  }
  return groups;
}

const KEPT = 0.9;

/**
 * An exponential moving average: each value counts a tenth less with every one that follows. It is divided by the sum
 * of the weights, so that the first values are not biased towards 0.
 */
export function smoothed(points: readonly Point[]): Point[] {
  let sum = 0;
  let weights = 0;
  return points.map(([step, value]) => {
    sum = sum * KEPT + value;
    weights = weights * KEPT + 1;
    return [step, sum / weights];
  });
}
