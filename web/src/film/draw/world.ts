/** The positions of everything, from the ink on the left to the ten answers on the right. A digit is 100 by 100 units. */

export interface Square {
  x: number;
  y: number;
  size: number;
}

export const INK: Square = { x: 0, y: 0, size: 100 };
/** The window's weights, while it slides. */
export const WINDOW: Square = { x: 113, y: 35, size: 30 };
/** The window's outputs everywhere. */
export const SWEPT: Square = { x: 156, y: 0, size: 100 };

/** The neurons that are left, in a column, and the right end of the lines that come out of it. */
export const COLUMN = { x: 724, pitch: 2.5, size: 2.2, bar: 40 };
/** The ten answers: a row each. */
export const ROWS = { x: 836, pitch: 10, bar: 846, full: 54, end: 928 };
export const BIG = { x: 996, y: 44, size: 84 };

/** For each layer: how many maps stand in a column, how wide they are, and where. */
const LAYERS = [
  { x: 302, y: 6, rows: 2, pitch: 50, size: 38, apart: 58 },
  { x: 548, y: 0, rows: 7, pitch: 14.5, size: 12.6, apart: 15 },
  { x: 616, y: 0, rows: 7, pitch: 14.5, size: 12.6, apart: 15 },
  { x: 684, y: 0, rows: 10, pitch: 10.1, size: 8.6, apart: 0 },
] as const;

/** A map of a layer. */
export function mapAt(layer: number, channel: number): Square {
  const { x, y, rows, pitch, size, apart } = LAYERS[layer] ?? LAYERS[0];
  return { x: x + Math.floor(channel / rows) * apart, y: y + (channel % rows) * pitch, size };
}

/** The window that makes a map of the first layer, on its left. */
export function kernelAt(channel: number): Square {
  const map = mapAt(0, channel);
  return { x: map.x - 16, y: map.y + (map.size - 13) / 2, size: 13 };
}

/** A neuron of the column, by its index among the weights; those of one map stand together. */
export function neuronAt(index: number, channels: number): { x: number; y: number } {
  const [channel, cell] = [index % channels, Math.floor(index / channels)];
  return { x: COLUMN.x, y: 1.2 + (4 * channel + cell) * COLUMN.pitch };
}

/** The middle of a digit's row. */
export function rowOf(digit: number): number {
  return 5 + digit * ROWS.pitch;
}
