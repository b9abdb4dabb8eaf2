/** The boxes of one line of writing become a strip: the line cut out of a contrast map, 48 pixels high. */
import { PAPER } from "../generated/ink/paper";
import { AROUND, BESIDE, COLUMN, HEIGHT, LONGEST, RIM, SHORTEST } from "../generated/ink/strips";
import { type Box, bottomOf, boxOf, rightOf } from "./boxes";
import { median, quantile, rounded } from "./numbers";
import { blank, cropped, type Grey } from "./picture";
import { shrunk } from "./resize";

/** Frame a line by the band of its median digit: a long descender is cut, and zeros stay large. */
export function band(boxes: readonly Box[]): Box {
  // so that neither dots and dashes nor a long descender decide
  const least =
    0.5 *
    quantile(
      boxes.map(({ height }) => height),
      0.75,
    );
  const tall = boxes.filter(({ height }) => height >= least);
  const middle = median(tall.map(({ height }) => height));
  const bottom = median(tall.map(bottomOf));
  const top = Math.min(median(tall.map(({ y }) => y)), bottom - middle);
  return frameFrom(boxes, top - AROUND * middle, bottom - top + 2 * AROUND * middle, BESIDE * middle);
}

/** Frame a line from the highest to the lowest ink. */
export function entire(boxes: readonly Box[]): Box {
  const top = Math.min(...boxes.map(({ y }) => y));
  const high = Math.max(...boxes.map(bottomOf)) - top;
  const margin = BESIDE * Math.min(high, median(boxes.map(({ height }) => height)));
  return frameFrom(boxes, top - RIM * high, high * (1 + 2 * RIM), margin);
}

function frameFrom(boxes: readonly Box[], top: number, height: number, margin: number): Box {
  const left = Math.min(...boxes.map(({ x }) => x)) - margin;
  return boxOf(left, top, Math.max(...boxes.map(rightOf)) + margin - left, height);
}

/** The width in pixels that a strip of this frame has. */
export function lengthOf(frame: Box): number {
  return Math.max(SHORTEST, Math.ceil(filledBy(frame) / COLUMN) * COLUMN);
}

/** How many pixels of a strip its frame fills. */
function filledBy({ width, height }: Box): number {
  return Math.min(Math.max(rounded((width * HEIGHT) / Math.max(height, 1)), 1), LONGEST);
}

/** Cut a strip out of a contrast map; beyond the picture, its edge is repeated. */
export function cut(contrast: Grey, frame: Box): Grey {
  const scale = HEIGHT / Math.max(frame.height, 1);
  const across = filledBy(frame) / Math.max(frame.width, 1);
  const strip = blank(lengthOf(frame), HEIGHT);
  const [left, top] = [Math.max(Math.floor(frame.x), 0), Math.max(Math.floor(frame.y), 0)];
  const [right, bottom] = [Math.ceil(rightOf(frame)) + 1, Math.ceil(bottomOf(frame)) + 1];
  let inside = cropped(contrast, { top, left, right: Math.max(right, 0), bottom: Math.max(bottom, 0) });
  if (!inside.pixels.length) {
    strip.pixels.fill(PAPER);
    return strip;
  }
  let [fx, fy] = [1, 1];
  // average before shrinking, so that thin strokes do not fall between the pixels
  if (Math.min(scale, across) < 0.7) {
    const width = Math.max(1, rounded(inside.width * across));
    const height = Math.max(1, rounded(inside.height * scale));
    [fx, fy] = [width / inside.width, height / inside.height];
    inside = shrunk(inside, width, height);
  }
  const [stepX, stepY] = [fx / across, fy / scale];
  const startX = (frame.x - left) * fx + 0.5 * stepX - 0.5;
  const startY = (frame.y - top) * fy + 0.5 * stepY - 0.5;
  for (let y = 0; y < strip.height; y++)
    for (let x = 0; x < strip.width; x++)
      strip.pixels[y * strip.width + x] = rounded(sampled(inside, startX + x * stepX, startY + y * stepY));
  return strip;
}

/** The level between four pixels; beyond the picture, that of its edge. */
export function sampled({ width, height, pixels }: Grey, x: number, y: number): number {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const at = (column: number, row: number) =>
    pixels[
      Math.min(Math.max(row, 0), height - 1) * width + Math.min(Math.max(column, 0), width - 1)
    ] as number;
  const [right, below] = [x - left, y - top];
  const upper = at(left, top) * (1 - right) + at(left + 1, top) * right;
  const lower = at(left, top + 1) * (1 - right) + at(left + 1, top + 1) * right;
  return upper * (1 - below) + lower * below;
}
