/** Track readings changed by a kept digit: which ones, because of which digit, and how to undo it. */
import { computed, type ReadonlySignal, signal } from "@preact/signals";
import { forget, keep, kept } from "../../hand/kept";
import type { KeptDigit } from "../../hand/npz";
import { iou } from "../../ink/boxes";
import { type Glyph, textOf } from "../digits/glyphs";
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
  for (const { id, image, label } of kept.peek())
    if (label === digit.label && String(image) === String(digit.image)) await forget(id);
  if (replaced.length > 0) await keep(replaced);
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
