/** Track readings changed by a kept digit: which ones, because of which digit, and how to undo it. */
import { computed, type ReadonlySignal, signal } from "@preact/signals";
import { forget, keep, kept } from "../../hand/kept";
import type { KeptDigit } from "../../hand/npz";
import { readHere } from "../../here/read";
import { iou, touched } from "../../ink/boxes";
import { median } from "../../ink/numbers";
import { blank, clipped, cropped, type Grey } from "../../ink/picture";
import type { Digit } from "../../readings";
import type { Rect } from "../geometry";
import { type Glyph, textOf } from "../glyphs";
import type { Stroke } from "../sheet/sheet";
import { pictures, reading, sheet, shownEntry } from "../state/state";

/** The reading of the sheet or of a picture. */
interface Look {
  /** The file's name; "" for the sheet. */
  name: string;
  /** Identifies the sheet by its strokes. */
  strokes: readonly Stroke[] | null;
  glyphs: readonly Glyph[];
}

/** A reading that changed; `position` counts from 1 where it is one character of the sheet. */
export interface Changed {
  name: string;
  position: number | null;
  before: string;
  now: string;
}

interface Cause {
  digit: KeptDigit;
  /** The earlier label of the same image. */
  replaced: readonly KeptDigit[];
  before: ReadonlyMap<string, Look>;
}

const SAME = 0.5; // intersection over union from which two boxes hold the same ink

const last = signal<Cause | null>(null);

/** The digit that was kept last, if readings changed because of it. */
export const cause: ReadonlySignal<KeptDigit | null> = computed(() => last.value?.digit ?? null);

/** The readings that differ since then, except corrected ones. */
export const changes: ReadonlySignal<readonly Changed[]> = computed(() => {
  if (!last.value) return [];
  const { before } = last.value;
  return [...looks()].flatMap(([key, now]) => {
    const then = before.get(key);
    return then && then.strokes === now.strokes ? differences(then, now) : [];
  });
});

/**
 * Keep a digit, and compare the readings before and after.
 *
 * @throws NoKeptDigits if there would be too many
 */
export async function keepAndLook(digit: KeptDigit): Promise<void> {
  const before = looks();
  const replaced = kept.peek().filter(({ image }) => String(image) === String(digit.image));
  await keep([digit]);
  last.value = { digit, replaced, before };
}

/** Accept the changes. */
export function accept(): void {
  last.value = null;
}

/** Remove the digit again, so that everything reads as before. */
export async function takeBack(): Promise<void> {
  const { digit, replaced } = last.peek() ?? {};
  last.value = null;
  if (!digit || !replaced) return;
  if (replaced.length > 0) await keep(replaced);
  else await forget(digit.image);
}

function looks(): Map<string, Look> {
  const entries = pictures.entries.value;
  const shown = entries.length === 0 ? reading.value : null;
  if (shown) return new Map([["", { name: "", strokes: sheet.strokes.value, glyphs: shown.glyphs }]]);
  return new Map(
    entries.flatMap((entry) => {
      const glyphs = shownEntry(entry)?.glyphs;
      const { id, file } = entry.picture;
      return glyphs ? [[`${id}.${entry.page}`, { name: file.name, strokes: null, glyphs }]] : [];
    }),
  );
}

function differences(then: Look, now: Look): Changed[] {
  const name = now.name;
  const pairs = now.glyphs.map((glyph, index) => ({
    glyph,
    index,
    before: then.glyphs.find(({ box }) => iou(box, glyph.box) >= SAME),
  }));
  const others = pairs.filter(
    ({ glyph, before }) => !glyph.isMine && before && before.character !== glyph.character,
  );
  const isCutOtherwise =
    then.glyphs.length !== now.glyphs.length || pairs.some(({ before }) => before === undefined);
  if (others.length === 0 && !isCutOtherwise) return [];
  if (name !== "" || isCutOtherwise)
    return [{ name, position: null, before: textOf(then.glyphs), now: textOf(now.glyphs) }];
  return others.map(({ glyph, index, before }) => ({
    name,
    position: index + 1,
    before: before?.character ?? "",
    now: glyph.character,
  }));
}

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
