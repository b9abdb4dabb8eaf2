/** A line of writing on a photograph becomes a small picture of its own, in which it lies level. */
import { AROUND, BESIDE, LINE_DIGIT, SHRUNK } from "../generated/ink/line-pictures";
import { type Box, bottomOf, boxOf, rightOf } from "./boxes";
import { rounded } from "./numbers";
import { blank, cropped, type Grey } from "./picture";
import { resize } from "./resize";
import { sampled } from "./strips";

/** x and y. */
type Position = readonly [x: number, y: number];

/** A line of writing. */
export interface TextLine {
  /** Its two ends, along the middle of its digits, in pixels of the picture. */
  readonly start: Position;
  readonly end: Position;
  /** The height of its digits. */
  readonly height: number;
  /** The mean probability of its core. */
  readonly score: number;
}

/** From x, y, 1 of one picture to x and y of another. */
export type Matrix = readonly [readonly [number, number, number], readonly [number, number, number]];

/** A line's own small picture, in which it lies level. */
export interface LinePicture {
  readonly grey: Grey;
  /** The height of its digits there. */
  readonly height: number;
  /** From this picture to the whole one. */
  readonly matrix: Matrix;
}

export function lengthOfLine({ start, end }: TextLine): number {
  return Math.hypot(end[0] - start[0], end[1] - start[1]);
}

/** The part of a line between two distances from its start, in pixels. */
export function partOf(line: TextLine, first: number, last: number): TextLine {
  const length = Math.max(lengthOfLine(line), 1);
  const at = (way: number): Position => [
    line.start[0] + ((line.end[0] - line.start[0]) / length) * way,
    line.start[1] + ((line.end[1] - line.start[1]) / length) * way,
  ];
  return { ...line, start: at(first), end: at(last) };
}

/** The box of a line's digits. */
export function boxOfLine({ start, end, height }: TextLine): Box {
  const [left, top] = [Math.min(start[0], end[0]), Math.min(start[1], end[1])];
  const [right, bottom] = [Math.max(start[0], end[0]), Math.max(start[1], end[1])];
  return boxOf(left, top - height / 2, right - left, bottom - top + height);
}

/** Cut a line out of its picture, level and with a little paper around it. */
export function straighten(grey: Grey, line: TextLine): LinePicture {
  const { start, end, height } = line;
  const scale = Math.min(1, LINE_DIGIT / height);
  const length = Math.max(lengthOfLine(line), 1);
  const along = [(end[0] - start[0]) / length, (end[1] - start[1]) / length] as const;
  const away = [-along[1], along[0]] as const;
  const corner = ([0, 1] as const).map(
    (axis) => start[axis] - along[axis] * BESIDE * height - away[axis] * (0.5 + AROUND) * height,
  ) as [number, number];
  const width = Math.max(1, rounded((length + 2 * BESIDE * height) * scale));
  const cut = blank(width, Math.max(1, rounded((1 + 2 * AROUND) * height * scale)));
  const matrix: Matrix = [
    [along[0] / scale, away[0] / scale, corner[0]],
    [along[1] / scale, away[1] / scale, corner[1]],
  ];
  const picture: LinePicture = { grey: cut, height: height * scale, matrix };
  const around = inWhole(picture, boxOf(0, 0, cut.width, cut.height));
  const [left, top] = [Math.max(0, Math.floor(around.x)), Math.max(0, Math.floor(around.y))];
  const right = Math.max(Math.ceil(rightOf(around)), left + 1);
  const part = cropped(grey, { left, top, right, bottom: Math.max(Math.ceil(bottomOf(around)), top + 1) });
  if (!part.pixels.length) {
    cut.pixels.fill(255);
    return picture;
  }
  const small = scale < SHRUNK ? resize(part, scale) : part;
  const [fx, fy] = [small.width / part.width, small.height / part.height];
  const [[xx, xy, x0], [yx, yy, y0]] = matrix;
  for (let y = 0, index = 0; y < cut.height; y++)
    for (let x = 0; x < cut.width; x++, index++) {
      const fromX = (xx * (x + 0.5) + xy * (y + 0.5) + x0 - left) * fx - 0.5;
      const fromY = (yx * (x + 0.5) + yy * (y + 0.5) + y0 - top) * fy - 0.5;
      cut.pixels[index] = rounded(sampled(small, fromX, fromY));
    }
  return picture;
}

/** The box, in the whole picture, around a box of a line's picture. */
export function inWhole({ matrix }: Pick<LinePicture, "matrix">, box: Box): Box {
  const corners = [
    [box.x, box.y],
    [rightOf(box), box.y],
    [rightOf(box), bottomOf(box)],
    [box.x, bottomOf(box)],
  ] as const;
  const [xs = [], ys = []] = matrix.map(([a, b, c]) => corners.map(([x, y]) => a * x + b * y + c));
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  return boxOf(left, top, Math.max(...xs) - left, Math.max(...ys) - top);
}

/** Where to cut a strip out of a line's picture, so many times as high as its digits. */
export function frameLine({ grey, height }: LinePicture, times: number): Box {
  return boxOf(0, (grey.height - times * height) / 2, grey.width, times * height);
}
