/**
 * The digit that the steps of Learn look at: my own from the Write sheet, one of the ten of the first step, or any of
 * MNIST's test images. It is in the address, my own with its ink.
 */
import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import { change, parameter, query } from "../../address";
import { digitOf } from "../../write/correct/glyphs";
import { lit, glyphs as written } from "../../write/state";
import { imageOf } from "../pixels/digits";
import { testDigit } from "../train/here/client";
import { inkRead, inkWritten } from "./ink";

export interface Shown {
  /** 784 values, ink 255. */
  image: Uint8Array;
  /** Null for my own, which nobody has labelled. */
  label: number | null;
}

const MINE = "mine";
const MOST = 9_999; // the last test image

const choice = parameter("look", "7", (text) =>
  text === MINE || /^[0-9]$/.test(text) || (/^t\d{1,4}$/.test(text) && Number(text.slice(1)) <= MOST)
    ? text
    : null,
);
const fetched = signal<{ index: number; shown: Shown } | null>(null);

/** "mine", a digit from 0 to 9, or "t" and the number of a test image. */
export const chosenDigit: ReadonlySignal<string> = computed(() => choice.value);

/** My own digit: that of the address, else the selected or first one on the Write sheet. */
const mine: ReadonlySignal<Uint8Array | null> = computed(() => {
  const ink = query.value.get("ink");
  const sent = ink === null ? null : inkRead(ink);
  return (choice.value === MINE && sent) || onSheet.value || sent;
});

const onSheet: ReadonlySignal<Uint8Array | null> = computed(() => {
  const digits = written.value.map(digitOf);
  const rows = (digits[lit.value ?? 0] ?? digits.find((each) => each !== null))?.image;
  return rows ? Uint8Array.from(rows.flat()) : null;
});

/** Whether there is a digit of my own. */
export const hasMine: ReadonlySignal<boolean> = computed(() => mine.value !== null);

/** The digit that is looked at; null while a test image is on its way. */
export const shownDigit: ReadonlySignal<Shown | null> = computed(() => {
  const name = choice.value;
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
  void testDigit(index).then((shown) => {
    if (shown) fetched.value = { index, shown };
  });
});

export function choose(name: string): void {
  choice.set(name);
  if (name !== MINE) change({ ink: null, photo: null });
}

/** Look at my own digit: its ink goes into the address. */
export function chooseMine(): void {
  const image = onSheet.peek() ?? mine.peek();
  if (image) chooseImage(image);
}

/** Look at an image of 784 values, ink 255, as at my own digit. */
export function chooseImage(image: Uint8Array): void {
  change({ look: MINE, ink: inkWritten(image), photo: null });
}
