/** Shapes of a piece of ink: hollow or round, turned, and its level runs. */
import { CORNER, HOLLOW } from "../../generated/ink/ruling";
import type { Box } from "../boxes";
import { blank, type Grey } from "../picture";

/** A level run of ink: its row, where it begins, and where it has ended. */
export interface Run {
  readonly y: number;
  readonly start: number;
  readonly end: number;
}

/** Whether a piece has as little ink in its box as a frame. */
export function isHollow({ width, height }: Box, area: number): boolean {
  return area < HOLLOW * width * height;
}

/** Whether a piece reaches into no corner of its box. */
export function isRound({ width, height, pixels }: Grey): boolean {
  const high = Math.max(1, Math.floor(CORNER * height));
  const wide = Math.max(1, Math.floor(CORNER * width));
  return pixels.every((value, index) => {
    const [x, y] = [index % width, Math.floor(index / width)];
    return !value || (x >= wide && x < width - wide) || (y >= high && y < height - high);
  });
}

/** Columns become rows. */
export function turned({ width, height, pixels }: Grey): Grey {
  const result = blank(height, width);
  for (let y = 0, index = 0; y < height; y++)
    for (let x = 0; x < width; x++, index++) result.pixels[x * height + y] = pixels[index] as number;
  return result;
}

/** The level runs of at least so many pixels. */
export function runs({ width, height, pixels }: Grey, least: number): Run[] {
  const long: Run[] = [];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const start = x;
      while (x < width && pixels[y * width + x]) x++;
      if (x > start && x - start >= least) long.push({ y, start, end: x });
    }
  return long;
}
