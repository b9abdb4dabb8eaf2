/** A 3x3 window slides over a digit: the sum in the window, the feature map of all sums, and pooling. */
import { SIDE } from "../generated/ink/normalize";

const WINDOW = 3;
export const MAP = SIDE - WINDOW + 1;
export const POOLED = MAP / 2;

/** Nine weights, row by row. */
export const FILTERS = {
  vertical: [-1, 0, 1, -1, 0, 1, -1, 0, 1],
  horizontal: [-1, -1, -1, 0, 0, 0, 1, 1, 1],
  slanted: [0, 1, 2, -1, 0, 1, -2, -1, 0],
  spot: [-1, -1, -1, -1, 8, -1, -1, -1, -1],
  blur: [1, 1, 1, 1, 1, 1, 1, 1, 1].map((weight) => weight / 9),
} as const;
export type FilterName = keyof typeof FILTERS;
export const FILTER_NAMES = Object.keys(FILTERS) as FilterName[];

/** The nine pixels, 0 to 1, of the window whose corner is at a position of the map. */
export function windowAt(image: Uint8Array, row: number, column: number): number[] {
  return Array.from({ length: WINDOW * WINDOW }, (_, index) => {
    const [down, across] = [Math.floor(index / WINDOW), index % WINDOW];
    return (image[(row + down) * SIDE + column + across] ?? 0) / 255;
  });
}

export function sumAt(image: Uint8Array, filter: readonly number[], row: number, column: number): number {
  return windowAt(image, row, column).reduce((sum, pixel, index) => sum + pixel * (filter[index] ?? 0), 0);
}

/** 26 by 26 sums; with `relu`, negative ones become 0. */
export function featureMap(image: Uint8Array, filter: readonly number[], relu: boolean): Float32Array {
  return Float32Array.from({ length: MAP * MAP }, (_, index) => {
    const sum = sumAt(image, filter, Math.floor(index / MAP), index % MAP);
    return relu ? Math.max(sum, 0) : sum;
  });
}

/** The largest of every 2 by 2 sums: 13 by 13. */
export function pooled(map: Float32Array): Float32Array {
  return Float32Array.from({ length: POOLED * POOLED }, (_, index) => {
    const corner = 2 * Math.floor(index / POOLED) * MAP + 2 * (index % POOLED);
    return Math.max(...[0, 1, MAP, MAP + 1].map((step) => map[corner + step] ?? 0));
  });
}
