/**
 * The digit that the steps of Learn look at: my own from the Write sheet, one of the ten of the first step, or any of
 * MNIST's test images. It is in the address, my own with its ink.
 */
import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import { change, parameter, query } from "../../address";
import { drawn } from "../../write/inside/looking";
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

const sent: ReadonlySignal<Uint8Array | null> = computed(() => inkRead(query.value.get("ink") ?? ""));

/** The digit on the Write sheet that the network is drawn for there. */
const onSheet: ReadonlySignal<Uint8Array | null> = computed(() => {
  const rows = drawn.value?.digit.image;
  return rows ? Uint8Array.from(rows.flat()) : null;
});

/** My own digit: that of the address, else that of the Write sheet. */
const mine: ReadonlySignal<Uint8Array | null> = computed(
  () => (choice.value === MINE && sent.value) || onSheet.value || sent.value,
);

/** Whether the digit that is looked at is the one on the Write sheet, and no other that the address brought. */
export const isOfSheet: ReadonlySignal<boolean> = computed(() => {
  if (choice.value !== MINE || !onSheet.value) return false;
  return sent.value === null || query.value.get("ink") === inkWritten(onSheet.value);
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
