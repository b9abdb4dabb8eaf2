/** Follow the last written or the selected digit through the network. */
import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import { MIN_CONTRAST } from "../../generated/ink/paper";
import { askHere, isHere } from "../../here/read";
import { normalize } from "../../ink/normalize";
import { largestAt } from "../../ink/numbers";
import { inkMap } from "../../ink/paper";
import type { Inside } from "../../reading/report/explain";
import type { Digit } from "../../readings";
import { inverse, overlap, place } from "../geometry";
import { digitOf } from "../glyphs";
import { pictureOf } from "../sheet/drawing";
import { boundsOf, type Stroke } from "../sheet/sheet";
import {
  glyphs,
  inkQuestion,
  isDisplay,
  ontoCorrections,
  pictures,
  readBy,
  selected,
  sheet,
} from "../state/state";
import { pending } from "../state/writing";
import { digitDrawn, newestOnly } from "./chosen";

/** The digit that the network is drawn for, and its index among all characters. */
export const drawn: ReadonlySignal<{ index: number; digit: Digit } | null> = computed(() => {
  if (isDisplay.value) return null; // read by no network of single digits
  const back = inverse(ontoCorrections.value);
  const stroke = pictures.chosen.value ? [] : (sheet.strokes.value.at(-1) ?? []);
  const index = digitDrawn(
    glyphs.value,
    selected.value,
    stroke.map((point) => place(point, back)),
  );
  const glyph = glyphs.value[index ?? -1];
  const digit = glyph ? digitOf(glyph) : null;
  return index !== null && digit ? { index, digit } : null;
});

/** The digit in progress, unless another was chosen. */
const penned: ReadonlySignal<Uint8Array | null> = computed(() =>
  selected.value === null && !pictures.chosen.value ? growing.value : null,
);

/** The image of the digit for which the network is drawn: 784 values, ink 255; null until available. */
export const drawnImage: ReadonlySignal<Uint8Array | null> = computed(() => {
  const rows = drawn.value?.digit.image;
  return rows ? Uint8Array.from(rows.flat()) : null;
});

/** The image for the network, also of the stroke in progress. */
export const image: ReadonlySignal<Uint8Array | null> = computed(() => penned.value ?? drawnImage.value);

interface Looked {
  model: string;
  image: Uint8Array;
  inside: Inside;
}

/** The last result; null without a digit, or if the page lacks the model. */
const last = signal<Looked | null>(null);

/** The last result of the current model; null if none. */
export const looked: ReadonlySignal<Looked | null> = computed(() =>
  image.value && last.value?.model === readBy.value ? last.value : null,
);

/** Whether the result belongs to an earlier digit and a new one is pending; never while the pen moves. */
export const isLate: ReadonlySignal<boolean> = computed(() => {
  if (!looked.value || !image.value || penned.value) return false;
  return String(looked.value.image) !== String(image.value);
});

/** The answer for this digit if the network alone, which is drawn, disagrees; else null. */
export const differs: ReadonlySignal<number | null> = computed(() => {
  const [lookedAt, digit] = [looked.value, drawn.value?.digit];
  // not while a stroke is in progress, or the look at the digit is on its way
  if (!lookedAt || !digit?.image || String(lookedAt.image) !== String(digit.image.flat())) return null;
  if (largestAt(lookedAt.inside.scores) === digit.digit) return null;
  return digit.digit;
});

/** Look again whenever the digit or the model changes, until the view closes. */
export function keepLooking(): () => void {
  let wanted: Wanted | null = null;
  // results of a stroke in progress may lag, but not those of another model
  const isWanted = ({ model }: Wanted) => wanted?.model === model;
  const look = newestOnly<Wanted>(painted, async (asked) => {
    if (!isWanted(asked)) return;
    const { model, image: pixels } = asked;
    const inside = await askHere("look", pixels, model).catch(() => null);
    if (isWanted(asked)) last.value = inside && { model, image: pixels, inside };
  });
  const stop = effect(() => {
    const [pixels, model] = [image.value, readBy.value];
    const key = pixels ? `${model} ${pixels.join()}` : "";
    // the explanation of a reading brings the same image again
    if (key === (wanted?.key ?? "")) return;
    wanted = pixels && isHere(model) ? { key, model, image: pixels } : null;
    if (wanted) look(wanted);
    else last.value = null;
  });
  return () => {
    stop();
    wanted = null;
  };
}

interface Wanted {
  key: string;
  model: string;
  image: Uint8Array;
}

/** The answer is on the screen before anything else is computed. */
function painted(): Promise<void> {
  return new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
}

const PAUSE = 90; // milliseconds between two images, so that the pen stays quick
const MIN_INK = 3; // points; fewer may be a tap

const held = signal<Uint8Array | null>(null);

/** 784 values, ink 255; null unless a stroke is being written, or was just written and is not read yet. */
export const growing: ReadonlySignal<Uint8Array | null> = held;

/** Follow the pen until the returned function is called. */
export function followPen(): () => void {
  let timer: ReturnType<typeof setTimeout> | null = null;
  let before = sheet.strokes.peek();
  const look = () => {
    timer = null;
    const stroke = pending.peek();
    if (stroke.length < MIN_INK) return;
    const image = imageOf([...touching(sheet.strokes.peek(), stroke), stroke]);
    if (image) held.value = image;
  };
  const stops = [
    effect(() => {
      if (pending.value.length > 0) {
        before = sheet.strokes.peek();
        timer ??= setTimeout(look, PAUSE);
      } else if (sheet.strokes.value === before || sheet.isEmpty.value) held.value = null;
    }),
    // now it has been read
    effect(() => {
      void inkQuestion.answer.value;
      if (pending.peek().length === 0) held.value = null;
    }),
  ];
  return () => {
    for (const stop of stops) stop();
    if (timer !== null) clearTimeout(timer);
    held.value = null;
  };
}

/** The strokes whose boxes the box of another overlaps. */
function touching(strokes: readonly Stroke[], stroke: Stroke): Stroke[] {
  const own = boundsOf([stroke]);
  return strokes.filter((stroke) => {
    const box = boundsOf([stroke]);
    return own !== null && box !== null && overlap(own, box);
  });
}

function imageOf(strokes: readonly Stroke[]): Uint8Array | null {
  const picture = pictureOf(strokes);
  return picture && (normalize(inkMap(picture.grey, MIN_CONTRAST))?.pixels ?? null);
}
