/** A grey picture becomes an ink map and a contrast map, whatever the polarity or the light; see `shuzi.ink.paper`. */

import {
  COARSE,
  CONTRAST,
  DARKEST,
  DIVIDED,
  END,
  FLAT,
  LEVEL,
  LINE,
  LOOKED_AT,
  MARK,
  MIN_CONTRAST,
  NEAR,
  NO_SPREAD,
  PAPER,
  POINT,
  RIM_AGAINST_STROKES,
  ROUNDS,
  ROWS,
  SOLID,
  STROKE_REACH,
  TALL,
  WHOLE,
} from "../generated/ink/paper";
import { EDGES_MEASURED_AT, MIN_STEP, STEEP_PERCENTILE } from "../generated/reading";
import { labelled } from "./components";
import { blur, close, gaussianBlur, gradients, otsu } from "./filters";
import { byTable, counts, darkerThan, sumsOfSquares } from "./loops/loops";
import { largestAt, level, quantile, quantileOf, rounded } from "./numbers";
import { asPlane, blank, type Grey, type Plane, plane } from "./picture";
import { resize, stretchedToLevels } from "./resize";

/** The ink map of a picture: 0 for paper, 255 for full ink. */
export function inkMap(grey: Grey, least: number): Grey {
  return inkOf(darkOnLight(grey), least);
}

/** The ink map and the contrast map of a picture of one line, whatever shadows or edges cross it. */
export function mapsOfLine(grey: Grey, height: number): { ink: Grey; contrast: Grey } {
  const dark = levelled(darkOnLight(grey), height);
  return { ink: inkOf(dark), contrast: contrastOf(dark) };
}

/** Make the paper around dark strokes equally bright everywhere, however sharp the edge of a shadow is. */
function levelled(dark: Grey, height: number): Grey {
  const reach = Math.max(3, rounded(STROKE_REACH * height) | 1);
  const smooth = blur(asPlane(dark), 3, "mirrored");
  const paper = close({ ...smooth, pixels: smooth.pixels.map(Math.round) }, reach).pixels;
  const times = (bright: number) => Math.fround(LEVEL / Math.max(bright, 1));
  const pixels = dark.pixels.map((shade, index) => level(Math.fround(shade * times(paper[index] as number))));
  return { ...dark, pixels };
}

/** The ink map of a picture whose ink is dark. */
export function inkOf(dark: Grey, least = MIN_CONTRAST): Grey {
  return darkerThan(paperOf(dark), dark, (histogram) => {
    const threshold = otsu(histogram);
    const [inked, bare] = [histogram.slice(), histogram.slice()];
    inked.fill(0, 0, threshold + 1);
    bare.fill(0, threshold + 1);
    if (!(quantileOf(inked, 0.75) >= least)) return null;
    const rough = quantileOf(bare, 0.95);
    const floor = Number.isNaN(rough) ? 0 : Math.min(rough, threshold / 2);
    const full = Math.max(quantileOf(inked, 0.5), floor + 1);
    return levels((shade) => (shade - floor) * (255 / (full - floor)));
  });
}

/** The contrast map of a picture whose ink is dark: `PAPER` for the paper, up to `CONTRAST` more for ink. */
export function contrastOf(dark: Grey): Grey {
  const histogram = smoothCounts(dark);
  const below = (fraction: number) => {
    let seen = 0;
    return histogram.findIndex((count) => {
      seen += count;
      return seen >= dark.pixels.length * fraction;
    });
  };
  const [paper, darkest] = [below(0.5), below(DARKEST)];
  const scale = CONTRAST / Math.max(paper - darkest, MIN_CONTRAST);
  return byTable(
    dark,
    levels((shade) => PAPER + (paper - shade) * scale),
  );
}

/** How many pixels have each level after averaging over 3x3, mirrored at the edges. */
function smoothCounts(grey: Grey): Uint32Array {
  const histogram = new Uint32Array(256);
  sumsOfSquares(grey).forEach((count, sum) => {
    const mean = Math.round(sum / 9);
    histogram[mean] = (histogram[mean] as number) + count;
  });
  return histogram;
}

/** Make the ink dark, judged by the rim, and if a shadow divides that, by thin things too. */
export function darkOnLight(grey: Grey): Grey {
  const light = lightShareOfRim(grey, otsu(counts(grey)));
  let forDarkInk = 2 * light - 1;
  if (DIVIDED < light && light < 1 - DIVIDED) forDarkInk = RIM_AGAINST_STROKES * forDarkInk - skewness(grey);
  return forDarkInk >= 0
    ? grey
    : byTable(
        grey,
        levels((shade) => 255 - shade),
      );
}

function lightShareOfRim({ width, height, pixels }: Grey, threshold: number): number {
  const rim = Math.max(1, Math.floor(Math.min(height, width) / 20));
  let [light, all] = [0, 0];
  const look = (fromY: number, toY: number, fromX: number, toX: number) => {
    for (let y = fromY; y < toY; y++)
      for (let x = fromX; x < toX; x++, all++) light += +((pixels[y * width + x] as number) > threshold);
  };
  look(0, rim, 0, width);
  look(height - rim, height, 0, width);
  look(0, height, 0, rim);
  look(0, height, width - rim, width);
  return light / all;
}

/** The skewness of the differences from the surroundings: below 0 if thin things are dark. */
function skewness(grey: Grey): number {
  const seen = resize(grey, Math.min(1, LOOKED_AT / Math.max(grey.width, grey.height)));
  const fine = blur(asPlane(seen), 3, "mirrored");
  const around = blur(fine, Math.max(3, Math.floor(Math.min(fine.width, fine.height) / 2) | 1), "mirrored");
  let [square, cube] = [0, 0];
  fine.pixels.forEach((level, index) => {
    const difference = level - (around.pixels[index] as number);
    square += difference ** 2;
    cube += difference ** 3;
  });
  const count = fine.pixels.length;
  return cube / count / ((square / count) ** 1.5 + NO_SPREAD);
}

/** The bare paper: a smooth surface fitted to the pixels without ink, plus local differences from it. */
function paperOf(dark: Grey): Grey {
  const histogram = counts(dark);
  const commonest = largestAt(histogram);
  if ((histogram[commonest] as number) > FLAT * dark.pixels.length) {
    const paper = blank(dark.width, dark.height);
    paper.pixels.fill(commonest);
    return paper;
  }
  const coarse = asPlane(resize(dark, Math.min(1, COARSE / Math.max(dark.width, dark.height))));
  const longer = Math.max(coarse.width, coarse.height);
  const closed = close(coarse, Math.floor(longer / 2) | 1);
  let [surface, bare] = [closed, new Uint8Array()];
  for (let round = 0; round < ROUNDS; round++) {
    const darker = combined(surface, coarse, (level, seen) => level - seen);
    const most = Math.max(gapIn(darker), MIN_CONTRAST / 2);
    bare = Uint8Array.from(darker.pixels, (gap) => +(gap < most));
    surface = surfaceThrough(coarse, bare);
  }
  const rest = combined(coarse, surface, (seen, level) => seen - level);
  rest.pixels.forEach((_, index) => {
    if (!bare[index]) rest.pixels[index] = 0;
  });
  const near = combined(surface, spread(rest, bare), (level, more) => level + more);
  // such a surface cannot follow the edge of a shadow, but the brightest level nearby is close enough there
  const brightest = blur(closed, Math.floor(longer / 8) | 1, "repeated");
  const paper = combined(near, brightest, (a, b) => Math.min(Math.max(Math.min(a, b), 0), 255));
  return stretchedToLevels(paper, dark.width, dark.height);
}

/** Half of the difference that Otsu's method finds between ink and paper. */
function gapIn({ pixels }: Plane): number {
  const histogram = new Uint32Array(256);
  for (const pixel of pixels) histogram[level(pixel)] = (histogram[level(pixel)] as number) + 1;
  return otsu(histogram) / 2;
}

/** Smooth values over their neighbourhood, counting only the known ones. */
function spread(values: Plane, isKnown: Uint8Array): Plane {
  const reach = Math.max(values.width, values.height) / 8;
  const sums = gaussianBlur(values, reach);
  const weights = gaussianBlur({ ...values, pixels: Float32Array.from(isKnown) }, reach);
  return combined(sums, weights, (sum, weight) => sum / Math.max(weight, 0.05));
}

function combined(a: Plane, b: Plane, join: (a: number, b: number) => number): Plane {
  const result = plane(a.width, a.height);
  for (let index = 0; index < result.pixels.length; index++)
    result.pixels[index] = join(a.pixels[index] as number, b.pixels[index] as number);
  return result;
}

function levels(of: (level: number) => number): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, shade) => level(of(shade)));
}

/** Whether all solid ink touches, across gaps of one pixel, as a thin pen leaves in a small picture. */
export function isOnePiece(ink: Grey): boolean {
  const { width, height, pixels } = ink;
  const wider = new Uint8Array(pixels.length);
  const isSolid = (x: number, y: number) => x >= 0 && y >= 0 && (pixels[y * width + x] as number) >= SOLID;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      if (isSolid(x, y) || isSolid(x - 1, y) || isSolid(x, y - 1) || isSolid(x - 1, y - 1))
        wider[y * width + x] = SOLID;
  return labelled({ width, height, pixels: wider }, SOLID).components.length === 1 && !hasNeighbours(ink);
}

/**
 * Whether two characters stand so close that widened strokes would join them: side by side, both tall, or one of them a
 * point or a dash; leaning over one another, each nearly as high as all ink; or above one another, each perhaps a line.
 */
export function hasNeighbours(ink: Grey): boolean {
  const { width, height, pixels } = ink;
  // the columns and rows of each piece that has columns of its own
  const pieces: { left: number; right: number; top: number; bottom: number }[] = [];
  const inked: number[] = [];
  for (let x = 0; x < width; x++) {
    let [top, bottom] = [height, -1];
    for (let y = 0; y < height; y++)
      if ((pixels[y * width + x] as number) >= SOLID) {
        top = Math.min(top, y);
        bottom = y;
        inked.push(y);
      }
    if (bottom < 0) continue;
    const last = pieces.at(-1);
    if (last?.right === x - 1) {
      last.right = x;
      last.top = Math.min(last.top, top);
      last.bottom = Math.max(last.bottom, bottom);
    } else pieces.push({ left: x, right: x, top, bottom });
  }
  const top = Math.min(...pieces.map((piece) => piece.top));
  const high = Math.max(...pieces.map(({ bottom }) => bottom)) - top + 1;
  const isBeside = pieces.slice(1).some((after, index) => {
    const before = pieces[index] as (typeof pieces)[number];
    if (after.left - before.right - 1 > NEAR) return false;
    const lower = after.bottom - after.top < before.bottom - before.top ? after : before;
    const reach = lower.bottom - lower.top;
    const isPoint = reach < POINT * high && lower.top >= top + (1 - POINT) * high;
    if (isPoint || reach + 1 >= TALL * high) return true;
    if (lower.top < top + MARK * high) return false;
    // a dash, unless ink beside it, level with it, says that it is what is left of a broken stroke
    const first = lower === after ? after.left - NEAR : before.right + 1;
    for (let x = Math.max(first, 0); x < Math.min(first + NEAR, width); x++)
      for (let y = Math.max(lower.top - 1, 0); y < Math.min(lower.bottom + 2, height); y++)
        if ((pixels[y * width + x] as number) >= SOLID) return false;
    return true;
  });
  if (isBeside) return true;
  if (labelled(ink, SOLID).components.filter(({ box }) => box.height >= WHOLE * high).length > 1) return true;
  const lines: { first: number; last: number }[] = [];
  for (const y of [...new Set(inked)].sort((a, b) => a - b)) {
    const line = lines.at(-1);
    if (line && y - line.last <= ROWS) line.last = y;
    else lines.push({ first: y, last: y });
  }
  const columnsAt = (y: number) =>
    [...Array(width).keys()].filter((x) => (pixels[y * width + x] as number) >= SOLID);
  return lines.slice(1).some((lower, index) => {
    const upper = lines[index] as (typeof lines)[number];
    const ends = [...columnsAt(upper.last), ...columnsAt(lower.first)];
    // where both end in a point and one below the other, it is a broken stroke
    const isBroken = Math.max(...ends) - Math.min(...ends) <= END;
    const least = Math.min(upper.last - upper.first, lower.last - lower.first) + 1;
    return !isBroken && least >= LINE * high;
  });
}

/** The width of the step from paper to ink, as a fraction of the longer side; infinity if there is no edge. */
export function edgeWidth(grey: Grey): number {
  const seen = resize(asPlane(grey), Math.min(1, EDGES_MEASURED_AT / Math.max(grey.width, grey.height)));
  const range = quantile(seen.pixels, 0.98) - quantile(seen.pixels, 0.02);
  if (range < MIN_STEP || Math.min(seen.width, seen.height) < 2) return Number.POSITIVE_INFINITY;
  const steepest = quantile(gradients(seen), STEEP_PERCENTILE / 100);
  return range / Math.max(steepest, 1e-6) / Math.max(seen.width, seen.height);
}

const TERMS = 6;
const SURFACE_ROUNDS = 30;

/** The surface, at every pixel, that is nearest to the known pixels. */
function surfaceThrough({ width, height, pixels }: Plane, isKnown: Uint8Array): Plane {
  const longer = Math.max(width, height);
  // the normal equations, which are small
  const [products, sums] = [new Float64Array(TERMS ** 2), new Float64Array(TERMS)];
  const terms = new Float64Array(TERMS).fill(1);
  const look = (index: number) => {
    const x = (index % width) / longer;
    const y = Math.floor(index / width) / longer;
    terms[1] = x;
    terms[2] = y;
    terms[3] = x * x;
    terms[4] = x * y;
    terms[5] = y * y;
  };
  for (let index = 0; index < pixels.length; index++) {
    if (!isKnown[index]) continue;
    look(index);
    for (let row = 0; row < TERMS; row++) {
      const factor = terms[row] as number;
      for (let column = 0; column < TERMS; column++)
        products[row * TERMS + column] =
          (products[row * TERMS + column] as number) + factor * (terms[column] as number);
      sums[row] = (sums[row] as number) + factor * (pixels[index] as number);
    }
  }
  const factors = leastSquares(products, sums);
  const surface = plane(width, height);
  for (let index = 0; index < pixels.length; index++) {
    look(index);
    let sum = 0;
    for (let term = 0; term < TERMS; term++) sum += (terms[term] as number) * (factors[term] as number);
    surface.pixels[index] = sum;
  }
  return surface;
}

/**
 * The smallest solution of symmetric equations, by their eigenvectors (Jacobi, 1846); where the known pixels do not
 * determine a term, there are many.
 */
function leastSquares(matrix: Float64Array, sums: Float64Array): Float64Array {
  const vectors = Float64Array.from({ length: TERMS ** 2 }, (_, index) => +(index % (TERMS + 1) === 0));
  const at = (row: number, column: number) => matrix[row * TERMS + column] as number;
  for (let round = 0; round < SURFACE_ROUNDS; round++)
    for (let p = 0; p < TERMS; p++)
      for (let q = p + 1; q < TERMS; q++) {
        if (at(p, q) === 0) continue;
        const angle = Math.atan2(2 * at(p, q), at(q, q) - at(p, p)) / 2;
        const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
        turn(matrix, p, q, TERMS, cos, sin);
        turn(matrix, p * TERMS, q * TERMS, 1, cos, sin);
        turn(vectors, p, q, TERMS, cos, sin);
      }
  const values = Array.from({ length: TERMS }, (_, index) => at(index, index));
  const largest = Math.max(...values.map(Math.abs));
  const result = new Float64Array(TERMS);
  values.forEach((value, k) => {
    if (Math.abs(value) <= TERMS * Number.EPSILON * largest) return;
    const along =
      sums.reduce((sum, entry, row) => sum + entry * (vectors[row * TERMS + k] as number), 0) / value;
    for (let row = 0; row < TERMS; row++)
      result[row] = (result[row] as number) + along * (vectors[row * TERMS + k] as number);
  });
  return result;
}

/** Turn two lines of a square matrix into each other; `step` leads from one number of a line to the next. */
function turn(of: Float64Array, first: number, second: number, step: number, cos: number, sin: number): void {
  for (let k = 0; k < TERMS * step; k += step) {
    const a = of[first + k] as number;
    const b = of[second + k] as number;
    of[first + k] = cos * a - sin * b;
    of[second + k] = sin * a + cos * b;
  }
}
