/** Part of a picture is read on its own, and a box is cut in two. */
import { readHere } from "../../here/read";
import { touched } from "../../ink/boxes";
import { median } from "../../ink/numbers";
import { blank, clipped, cropped, type Grey } from "../../ink/picture";
import type { Digit } from "../../readings";
import type { Rect } from "../geometry";

const MARGIN = 0.35; // of the height, as paper around the ink
const SIDES = 0.2; // of the width, where no cut is made

/** Read a box on its own; null if it holds no single digit. */
export async function look(picture: Grey, box: Rect): Promise<Digit | null> {
  const part = cropped(picture, touched(box));
  try {
    const { digits } = await readHere(onPaper(part), { model: "default", pattern: "", explain: false });
    return digits.length === 1 ? (digits[0] ?? null) : null;
  } catch {
    return null; // it stays a character without a picture
  }
}

/** Cut a box in two where there is least ink, beside its sides. */
export function halves(picture: Grey | null, box: Rect): [Rect, Rect] {
  const at = picture ? thinnest(picture, box) : box.x + box.width / 2;
  return [
    { ...box, width: at - box.x },
    { ...box, x: at, width: box.x + box.width - at },
  ];
}

function thinnest(picture: Grey, box: Rect): number {
  const part = cropped(picture, touched(box));
  const paper = paperOf(part);
  const [from, to] = [Math.round(SIDES * part.width), Math.round((1 - SIDES) * part.width)];
  const inkAt = (x: number) => {
    let sum = 0;
    for (let y = 0; y < part.height; y++)
      sum += Math.abs((part.pixels[y * part.width + x] as number) - paper);
    return sum;
  };
  const middle = part.width / 2;
  let best = Math.round(middle);
  let least = Number.POSITIVE_INFINITY;
  for (let x = from; x <= to && x < part.width; x++) {
    // among columns that are equally empty, the one nearest to the middle
    const sum = inkAt(x) + Math.abs(x - middle) / part.width;
    if (sum < least) [best, least] = [x, sum];
  }
  return clipped(picture, touched(box)).left + best;
}

/** The brightness around a character: the median of its rim. */
function paperOf({ width, height, pixels }: Grey): number {
  const rim: number[] = [];
  for (let x = 0; x < width; x++) rim.push(pixels[x] ?? 255, pixels[(height - 1) * width + x] ?? 255);
  for (let y = 0; y < height; y++) rim.push(pixels[y * width] ?? 255, pixels[y * width + width - 1] ?? 255);
  return rim.length ? median(rim) : 255;
}

function onPaper(part: Grey): Grey {
  const margin = Math.ceil(MARGIN * Math.max(part.height, part.width));
  const page = blank(part.width + 2 * margin, part.height + 2 * margin);
  page.pixels.fill(paperOf(part));
  for (let y = 0; y < part.height; y++) {
    const row = part.pixels.subarray(y * part.width, (y + 1) * part.width);
    page.pixels.set(row, (y + margin) * page.width + margin);
  }
  return page;
}
