/** A grey picture becomes an ink map and a contrast map, whatever the polarity or the light; see `shuzi.ink.paper`. */
import {
  COARSE,
  CONTRAST,
  DARKEST,
  DIVIDED,
  FLAT,
  LEAST_CONTRAST,
  LEVEL,
  LOOKED_AT,
  NO_SPREAD,
  PAPER,
  RIM_AGAINST_STROKES,
  ROUNDS,
  STROKE_REACH,
} from "../../generated/ink/paper";
import { blur, close, gaussianBlur, otsu } from "../filters";
import { byTable, counts, darkerThan, sumsOfSquares } from "../loops/levels";
import { largestAt, level, quantileOf, rounded } from "../numbers";
import { asPlane, blank, type Grey, type Plane, plane } from "../picture";
import { resize, stretchedToLevels } from "../resize";
import { surfaceThrough } from "./surface";

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
export function inkOf(dark: Grey, least = LEAST_CONTRAST): Grey {
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
  const scale = CONTRAST / Math.max(paper - darkest, LEAST_CONTRAST);
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
    const most = Math.max(gapIn(darker), LEAST_CONTRAST / 2);
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
