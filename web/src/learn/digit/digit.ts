/**
 * The digit that the steps of Learn look at: my own from the Write sheet, one of the ten of the first step, or any of
 * MNIST's test images. What is chosen is in the address, my own with its ink; if nothing is, it is what I wrote last.
 */
import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import { change, dropWhereLeft, parameter, query } from "../../address";
import { loadDigits, type Splits } from "../../data/digits";
import { PIXELS } from "../../data/image";
import { testImages } from "../../edition";
import { remember, remembered } from "../../shared/storage/database";
import { isDigit } from "../../write/glyphs";
import { drawn, drawnImage } from "../../write/inside/looking";
import { glyphs } from "../../write/state/state";
import { example as demonstrated } from "../../write/state/writing";
import { imageOf } from "./examples";
import { inkRead, inkWritten } from "./ink";

interface Shown {
  /** 784 values, ink 255. */
  image: Uint8Array;
  /** Null for the user's own digit, which has no label. */
  label: number | null;
}

const MINE = "mine";

const SEVEN = "7"; // until the user has written a digit
const LAST = "last-digit";

const choice = parameter("look", "", (text) =>
  text === MINE || /^[0-9]$/.test(text) || (/^t\d{1,4}$/.test(text) && Number(text.slice(1)) < testImages)
    ? text
    : null,
);
const fetched = signal<{ index: number; shown: Shown } | null>(null);

const sent: ReadonlySignal<Uint8Array | null> = computed(() => inkRead(query.value.get("ink") ?? ""));

/** The digit written last, also at an earlier visit, and its reading. */
const last = signal<{ image: Uint8Array; readAs: number } | null>(lastOf(remembered(LAST) ?? ""));

function lastOf(text: string): { image: Uint8Array; readAs: number } | null {
  const [digit = "", ink = ""] = text.split(" ");
  const image = inkRead(ink);
  return image && /^[0-9]$/.test(digit) ? { image, readAs: Number(digit) } : null;
}

/** My own digit: that of the address, else that of the Write sheet, else the last one that was there. */
const mine: ReadonlySignal<Uint8Array | null> = computed(
  () => (choice.value === MINE && sent.value) || drawnImage.value || last.value?.image || sent.value,
);

/** The reading or correction of the user's digit; null if it came with the address. */
export const readAs: ReadonlySignal<number | null> = computed(() =>
  last.value && mine.value && inkWritten(mine.value) === inkWritten(last.value.image)
    ? last.value.readAs
    : null,
);

/** "mine", a digit from 0 to 9, or "t" and the number of a test image. */
export const chosenDigit: ReadonlySignal<string> = computed(
  () => choice.value || (mine.value ? MINE : SEVEN),
);

/** The parameters of the digit for links to other views of it; empty for the default digit. */
export const chosenInAddress: ReadonlySignal<Record<string, string>> = computed(() => {
  const ink = query.value.get("ink");
  return { ...(choice.value && { look: choice.value }), ...(choice.value === MINE && ink && { ink }) };
});

/** Whether I chose my own digit, so that it is in the address. */
export const isMineChosen: ReadonlySignal<boolean> = computed(() => choice.value === MINE && hasMine.value);

/** Whether the current digit is the one on the Write sheet, not one from the address. */
export const isOfSheet: ReadonlySignal<boolean> = computed(() => {
  if (chosenDigit.value !== MINE || !drawnImage.value) return false;
  return (
    choice.value === "" || sent.value === null || query.value.get("ink") === inkWritten(drawnImage.value)
  );
});

/** Whether the user has written a digit. */
export const hasMine: ReadonlySignal<boolean> = computed(() => mine.value !== null);

/** The digit shown; null while a test image is loading. */
export const shownDigit: ReadonlySignal<Shown | null> = computed(() => {
  const name = chosenDigit.value;
  if (name === MINE) return mine.value ? { image: mine.value, label: null } : example(7);
  if (!name.startsWith("t")) return example(Number(name));
  return fetched.value?.index === Number(name.slice(1)) ? fetched.value.shown : null;
});

function example(digit: number): Shown {
  return { image: imageOf(digit).values, label: digit };
}

effect(() => {
  const name = choice.value;
  if (!name.startsWith("t")) return;
  const index = Number(name.slice(1));
  const show = ({ test: { images, labels } }: Splits) => {
    const image = images.slice(index * PIXELS, (index + 1) * PIXELS);
    fetched.value = { index, shown: { image, label: labels[index] ?? null } };
  };
  void loadDigits().then(show, () => undefined);
});

// a new digit of the user replaces the one shown; example digits do not
effect(() => {
  const image = drawnImage.value;
  const character = glyphs.value[drawn.value?.index ?? -1]?.character ?? "";
  if (!image || demonstrated.value !== null || !isDigit(character)) return;
  const [before, ink] = [last.peek(), inkWritten(image)];
  last.value = { image, readAs: Number(character) };
  remember(LAST, `${character} ${ink}`);
  if (before && inkWritten(before.image) === ink) return;
  for (const name of ["learn", "film"] as const) dropWhereLeft(name, ["look", "ink", "meant"]);
});

export function choose(name: string): void {
  choice.set(name);
  if (name !== MINE) change({ ink: null });
}

/** Show the user's own digit: its ink goes into the address. */
export function chooseMine(): void {
  const image = drawnImage.peek() ?? mine.peek();
  if (image) chooseImage(image);
}

/** Show an image of 784 values, ink 255, as the user's own digit. */
export function chooseImage(image: Uint8Array): void {
  change({ look: MINE, ink: inkWritten(image) });
}
