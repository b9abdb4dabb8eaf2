/** A picture becomes a smaller or larger one. */
import { Room } from "./loops/loops";
import { rounded } from "./numbers";
import { blank, type Grey, type Picture, type Plane } from "./picture";

type Pixels = Uint8Array | Float32Array;

/** For each pixel of a resized side: where its share begins, and the weight of each pixel from there on. */
type Shares = { from: Int32Array; weights: Float64Array; count: number };

/** Resize by averaging areas where it shrinks, by linear interpolation where it grows; both sides by `scale`. */
export function resize<P extends Pixels>(picture: Picture<P>, scale: number): Picture<P> {
  const [width, height] = [picture.width, picture.height].map((side) => Math.max(1, rounded(side * scale)));
  if (width === picture.width && height === picture.height) return picture;
  return scale < 1
    ? shrunk(picture, width as number, height as number)
    : stretched(picture, width as number, height as number);
}

/** Resize by averaging areas. */
export function shrunk<P extends Pixels>(picture: Picture<P>, width: number, height: number): Picture<P> {
  const [across, down] = [picture.width / width, picture.height / height];
  // areas make sense only where both sides shrink
  if (across < 1 || down < 1)
    return weighed(picture, overlaps(picture.width, width), overlaps(picture.height, height), rounded);
  // OpenCV halves pictures by a special method
  const toWhole = across === 2 && down === 2 ? (value: number) => Math.floor(value + 0.5) : rounded;
  return weighed(picture, areas(picture.width, width), areas(picture.height, height), toWhole);
}

/** Resize by linear interpolation. */
export function stretched<P extends Pixels>(picture: Picture<P>, width: number, height: number): Picture<P> {
  const isLevels = picture.pixels instanceof Uint8Array;
  const across = neighbours(picture.width, width);
  const down = neighbours(picture.height, height, isLevels ? -1 : 0);
  return isLevels
    ? (stretchedLevels(picture as Grey, across, down) as Picture<P>)
    : weighed(picture, across, down, rounded);
}

/** The same of values from 0 to 255, each rounded to a level. */
export function stretchedToLevels(
  { width: wide, height: high, pixels }: Plane,
  width: number,
  height: number,
): Grey {
  const across = neighbours(wide, width);
  const down = neighbours(high, height);
  const room = new Room(width * height + 4 * width + 16 * width + 8 * wide);
  const result = room.bytes(width * height);
  const [from, weights] = [room.wholes(width), room.doubles(2 * width)];
  from.set(across.from);
  weights.set(across.weights);
  const row = room.doubles(wide); // beyond it, whose weight is 0, are zeros
  for (let y = 0; y < height; y++) {
    const top = (down.from[y] as number) * wide;
    const below = Math.min((down.from[y] as number) + 1, high - 1) * wide;
    const [upper, lower] = [down.weights[2 * y] as number, down.weights[2 * y + 1] as number];
    for (let x = 0; x < wide; x++)
      row[x] = upper * (pixels[top + x] as number) + lower * (pixels[below + x] as number);
    const start = result.byteOffset + y * width;
    room.loops.between(row.byteOffset, from.byteOffset, weights.byteOffset, start, start + width);
  }
  return { width, height, pixels: result.slice() };
}

function weighed<P extends Pixels>(
  { width: wide, height: high, pixels }: Picture<P>,
  across: Shares,
  down: Shares,
  toWhole: (value: number) => number,
): Picture<P> {
  const [width, height] = [across.from.length, down.from.length];
  const isWhole = pixels instanceof Uint8Array;
  const result = (isWhole ? new Uint8Array(width * height) : new Float32Array(width * height)) as P;
  const rowAt = isWhole ? rowsOfLevels(pixels, wide, high, down) : rowsOfValues(pixels, wide, high, down);
  const { from, weights, count } = across;
  for (let y = 0; y < height; y++) {
    const row = rowAt(y);
    for (let x = 0, weight = 0; x < width; x++) {
      let sum = 0;
      let index = from[x] as number;
      for (let term = 0; term < count; term++, index++, weight++)
        sum += (weights[weight] as number) * (row[index < wide ? index : wide - 1] as number);
      result[y * width + x] = isWhole ? toWhole(sum) : sum;
    }
  }
  return { width, height, pixels: result };
}

/** The weighed sum of the rows from which each row of the result is made; until the next is asked for. */
function rowsOfValues(pixels: Pixels, wide: number, high: number, { from, weights, count }: Shares) {
  const row = new Float64Array(wide);
  return (y: number): Float64Array => {
    row.fill(0);
    const top = from[y] as number;
    for (let term = 0; term < count && top + term < high; term++) {
      const weight = weights[y * count + term] as number;
      const start = (top + term) * wide;
      if (weight !== 0)
        for (let x = 0; x < wide; x++) row[x] = (row[x] as number) + weight * (pixels[start + x] as number);
    }
    return row;
  };
}

function rowsOfLevels(pixels: Uint8Array, wide: number, high: number, { from, weights, count }: Shares) {
  const room = new Room(wide * count + 8 * wide);
  const [band, row] = [room.bytes(wide * count), room.doubles(wide)];
  return (y: number): Float64Array => {
    row.fill(0);
    const top = from[y] as number;
    band.set(pixels.subarray(top * wide, Math.min(top + count, high) * wide));
    for (let term = 0; term < count && top + term < high; term++) {
      const start = band.byteOffset + term * wide;
      const weight = weights[y * count + term] as number;
      if (weight !== 0) room.loops.accumulate(start, start + wide, weight, row.byteOffset);
    }
    return row;
  };
}

/** Linear interpolation of levels in whole numbers, rounded as OpenCV rounds: weights have 11 bits. */
function stretchedLevels({ width: wide, height: high, pixels }: Grey, across: Shares, down: Shares): Grey {
  const [width, height] = [across.from.length, down.from.length];
  const inWhole = ({ weights }: Shares) => Int32Array.from(weights, (weight) => rounded(weight * 2048));
  const [ofColumns, ofRows] = [inWhole(across), inWhole(down)];
  const result = blank(width, height);
  const rows = [new Int32Array(width), new Int32Array(width)] as const;
  const fill = (row: Int32Array, y: number) => {
    const start = Math.min(Math.max(y, 0), high - 1) * wide;
    for (let x = 0; x < width; x++) {
      const left = across.from[x] as number;
      const [near, next] = [pixels[start + left], pixels[start + Math.min(left + 1, wide - 1)]] as [
        number,
        number,
      ];
      row[x] = (near * (ofColumns[2 * x] as number) + next * (ofColumns[2 * x + 1] as number)) >> 4;
    }
  };
  for (let y = 0; y < height; y++) {
    const top = down.from[y] as number;
    if (y === 0 || top !== down.from[y - 1]) {
      fill(rows[0], top);
      fill(rows[1], top + 1);
    }
    const [upper, lower] = [ofRows[2 * y], ofRows[2 * y + 1]] as [number, number];
    for (let x = 0; x < width; x++) {
      const sum = ((upper * (rows[0][x] as number)) >> 16) + ((lower * (rows[1][x] as number)) >> 16);
      result.pixels[y * width + x] = (sum + 2) >> 2;
    }
  }
  return result;
}

/** The fraction of each old pixel that a new one covers. */
function areas(side: number, size: number): Shares {
  const step = side / size;
  const count = Math.ceil(step) + 1;
  const overlaps = { from: new Int32Array(size), weights: new Float64Array(size * count), count };
  for (let index = 0; index < size; index++) {
    const [start, end] = [index * step, Math.min((index + 1) * step, side)];
    const first = Math.floor(start + 1e-6);
    overlaps.from[index] = first;
    for (let term = 0; term < count; term++) {
      const covered = Math.min(end, first + term + 1) - Math.max(start, first + term);
      overlaps.weights[index * count + term] = covered > 1e-6 ? covered / (end - start) : 0;
    }
  }
  return overlaps;
}

/**
 * Two old pixels around the middle of a new one. With a `beyond` of -1 they may be the edge's pixel twice, with weights
 * as if there were two, which OpenCV rounds otherwise.
 */
function neighbours(side: number, size: number, beyond = 0): Shares {
  return pairs(size, (index) => {
    const exact = Math.fround((index + 0.5) * (side / size) - 0.5);
    const middle = Math.min(Math.max(exact, beyond), side - 1 - beyond);
    return [Math.floor(middle), Math.fround(middle - Math.floor(middle))];
  });
}

/** The areas that OpenCV uses where a side grows. */
function overlaps(side: number, size: number): Shares {
  return pairs(size, (index) => {
    const first = Math.floor((index * side) / size);
    const over = index + 1 - ((first + 1) * size) / side;
    return [Math.min(first, side - 1), over <= 0 || first >= side - 1 ? 0 : over - Math.floor(over)];
  });
}

function pairs(size: number, at: (index: number) => [number, number]): Shares {
  const overlaps = { from: new Int32Array(size), weights: new Float64Array(2 * size), count: 2 };
  for (let index = 0; index < size; index++) {
    const [first, second] = at(index);
    overlaps.from[index] = first;
    overlaps.weights[2 * index] = 1 - second;
    overlaps.weights[2 * index + 1] = second;
  }
  return overlaps;
}
