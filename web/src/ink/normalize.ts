/** The ink of one digit becomes a 28x28 image, normalised as in MNIST; see `shuzi.ink.normalize`. */
import { LONGER, MIN_INK, SIDE, SPECK, THINNEST } from "../generated/ink/normalize";
import { type Box, touched } from "./boxes";
import { labelled } from "./components";
import { rounded } from "./numbers";
import { blank, bounds, cropped, type Grey } from "./picture";
import { resize } from "./resize";

/** Lengths of a step to the side and to a corner in a distance (Borgefors, 1986). */
const [STRAIGHT, DIAGONAL] = [0.955, 1.3693];

/** Crop a box from an ink map and normalise its ink; null if it has hardly any. */
export function cutOut(ink: Grey, box: Box): Grey | null {
  const part = cropped(ink, touched(box));
  return part.pixels.reduce((sum, level) => sum + level, 0) < MIN_INK * 255 ? null : normalize(part);
}

/** Normalise the ink of a single digit; null if shrinking leaves no ink. */
export function normalize(ink: Grey): Grey | null {
  const small = brightened(toSize(thickened(strokesOf(ink))));
  return small && centred(small);
}

/** Cut out the digit, without specks and the paper around it. */
export function strokesOf(ink: Grey): Grey {
  return boxed(withoutSpecks(ink));
}

/** Widen strokes that would be too thin in 28x28. */
export function thickened(strokes: Grey): Grey {
  const scale = LONGER / Math.max(strokes.width, strokes.height);
  return scale < 1 ? notTooThin(strokes, scale) : strokes;
}

/** Scale the longer side to 20 pixels. */
export function toSize(strokes: Grey): Grey {
  return resize(strokes, LONGER / Math.max(strokes.width, strokes.height));
}

/** Bring the darkest ink to 255; null if there is none. */
export function brightened(small: Grey): Grey | null {
  const darkest = small.pixels.reduce((most, level) => Math.max(most, level), 0);
  if (!darkest) return null;
  const full = Math.fround(255 / darkest);
  return { ...small, pixels: small.pixels.map((level) => rounded(Math.fround(level * full))) };
}

function withoutSpecks(ink: Grey): Grey {
  const { labels, components } = labelled(ink, 1);
  if (components.length < 2) return ink;
  const weights = new Float64Array(components.length + 1);
  ink.pixels.forEach((level, index) => {
    const label = labels[index] as number;
    weights[label] = (weights[label] as number) + level;
  });
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  // a dotted digit has nothing larger
  const least = Math.min(SPECK * total, Math.max(...weights));
  return {
    ...ink,
    pixels: ink.pixels.map((level, index) =>
      (weights[labels[index] as number] as number) >= least ? level : 0,
    ),
  };
}

function boxed(ink: Grey): Grey {
  const [x, y, width, height] = bounds(ink);
  return cropped(ink, { top: y, left: x, bottom: y + height, right: x + width });
}

/** Widen strokes that would be thinner than MNIST's after shrinking. */
function notTooThin(strokes: Grey, scale: number): Grey {
  const mean = meanDistance(strokes);
  if (mean === null) return strokes;
  // in a bar of width s, the mean distance to the edge is s/4
  const missing = rounded(THINNEST / scale - 4 * mean);
  return missing < 1 ? strokes : boxed(dilated(strokes, missing + 1));
}

/** The mean distance of solid pixels to the nearest pixel that is not; null if none is solid. */
function meanDistance({ width, height, pixels }: Grey): number | null {
  const wide = width + 2; // with a border that is not solid
  const distances = new Float64Array(wide * (height + 2));
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      if ((pixels[y * width + x] as number) >= 128)
        distances[(y + 1) * wide + x + 1] = Number.POSITIVE_INFINITY;
  const reach = (index: number, side: number, row: number) => {
    if (!distances[index]) return;
    const at = (shift: number) => distances[index + shift] as number;
    const straight = Math.min(at(side), at(row)) + STRAIGHT;
    distances[index] = Math.min(at(0), straight, Math.min(at(row - 1), at(row + 1)) + DIAGONAL);
  };
  const [first, last] = [wide + 1, distances.length - wide - 2];
  for (let index = first; index <= last; index++) reach(index, -1, -wide);
  for (let index = last; index >= first; index--) reach(index, 1, wide);
  const inside = distances.filter((distance) => distance > 0);
  return inside.length ? inside.reduce((sum, distance) => sum + distance, 0) / inside.length : null;
}

/** Draw every pixel with a round pen. */
function dilated({ width, height, pixels }: Grey, pen: number): Grey {
  const room = Math.floor((pen - 1) / 2) + 1;
  const result = blank(width + 2 * room, height + 2 * room);
  const radius = Math.floor(pen / 2);
  const reaches = Array.from({ length: pen }, (_, row) =>
    rounded(radius * Math.sqrt((radius ** 2 - (row - radius) ** 2) / radius ** 2)),
  );
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const ink = pixels[y * width + x] as number;
      if (!ink) continue;
      reaches.forEach((reach, row) => {
        // a pen of an even size reaches one pixel less to one side; the result has this mirrored
        const start = (y + room + radius - row) * result.width + x + room;
        const [left, right] = [Math.max(radius - reach, 0), Math.min(radius + reach, pen - 1)];
        for (let column = left; column <= right; column++) {
          const index = start + radius - column;
          if ((result.pixels[index] as number) < ink) result.pixels[index] = ink;
        }
      });
    }
  return result;
}

/** Put the centre of mass into the middle of 28x28. Without ink, that is the picture's. */
export function centred({ width, height, pixels }: Grey): Grey {
  let [all, across, down] = [0, 0, 0];
  pixels.forEach((level, index) => {
    all += level;
    across += level * (index % width);
    down += level * Math.floor(index / width);
  });
  const [y, x] = all ? [down / all, across / all] : [height / 2, width / 2];
  const top = Math.min(Math.max(rounded(SIDE / 2 - y), 0), SIDE - height);
  const left = Math.min(Math.max(rounded(SIDE / 2 - x), 0), SIDE - width);
  const image = blank(SIDE, SIDE);
  for (let y = 0; y < height; y++)
    image.pixels.set(pixels.subarray(y * width, (y + 1) * width), (top + y) * SIDE + left);
  return image;
}
