/** Looks inside the network with the digit that was written last, or with the one that was selected. */
import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import { lookInside, MODELS } from "../../here/read";
import type { Inside } from "../../reading/inside";
import type { Digit } from "../../readings";
import { digitOf } from "../correct/glyphs";
import { inverse, place } from "../geometry";
import { glyphs, ontoCorrections, pictures, readBy, selected, sheet } from "../state";
import { digitDrawn } from "./chosen";
import { growing } from "./growing";

/** The digit that the network is drawn for, and its place among all characters. */
export const drawn: ReadonlySignal<{ place: number; digit: Digit } | null> = computed(() => {
  const back = inverse(ontoCorrections.value);
  const stroke = pictures.chosen.value ? [] : (sheet.strokes.value.at(-1) ?? []);
  const found = digitDrawn(
    glyphs.value,
    selected.value,
    stroke.map((point) => place(point, back)),
  );
  const glyph = glyphs.value[found ?? -1];
  const digit = glyph ? digitOf(glyph) : null;
  return found !== null && digit ? { place: found, digit } : null;
});

/** What the network saw, or will see of the stroke in progress, 784 values, ink 255; null until it is there. */
export const image: ReadonlySignal<Uint8Array | null> = computed(() => {
  if (growing.value && !pictures.chosen.value) return growing.value;
  const rows = drawn.value?.digit.image;
  return rows ? Uint8Array.from(rows.flat()) : null;
});

export interface Looked {
  model: string;
  image: Uint8Array;
  inside: Inside;
}

/** What was found last; null while there is nothing to look at, or if the page does not have the model. */
export const looked = signal<Looked | null>(null);

/** Look again whenever the digit or the model changes, until the view closes. */
export function keepLooking(): () => void {
  let wanted = "";
  return effect(() => {
    const [pixels, model] = [image.value, readBy.value];
    const key = pixels ? `${model} ${pixels.join()}` : "";
    // the explanation of a reading brings the same image again
    if (key === wanted) return;
    wanted = key;
    if (!pixels || !MODELS.includes(model)) looked.value = null;
    else
      afterPainting(async () => {
        if (key !== wanted) return;
        const inside = await lookInside(pixels, model).catch(() => null);
        if (key === wanted) looked.value = inside && { model, image: pixels, inside };
      });
  });
}

/** The answer is on the screen before anything else is computed. */
function afterPainting(work: () => Promise<void>): void {
  requestAnimationFrame(() => setTimeout(() => void work()));
}
