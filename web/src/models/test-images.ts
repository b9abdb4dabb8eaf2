/** The answers of a network of the page on the test images: measured here, some images at a time, and kept. */
import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { loadDigits } from "../data/digits";
import { CLASSES, PIXELS } from "../data/image";
import { askHere } from "../here/read";
import { largestAt } from "../ink/numbers";

const AT_ONCE = 250; // images, so that the worker is soon free for others

/** The answer for one image. */
export interface Said {
  readonly label: number;
  readonly digit: number;
  /** The probability that it is a digit, and this one. */
  readonly confidence: number;
}

/** The answers so far. */
export interface Measured {
  readonly said: readonly Said[];
  /** The number of test images; 0 while unknown. */
  readonly all: number;
  /** Whether the images or the model were unavailable at the last attempt. */
  readonly hasFailed: boolean;
}

const NOTHING: Measured = { said: [], all: 0, hasFailed: false };
const measurements = new Map<string, Signal<Measured>>();

export function measuredOf(model: string): ReadonlySignal<Measured> {
  return signalOf(model);
}

export function isWhole({ said, all }: Measured): boolean {
  return all > 0 && said.length === all;
}

/** Measure until the returned function is called or it fails; results are kept. */
export function measure(model: string): () => void {
  let wanted = true;
  const measured = signalOf(model);
  measured.value = { ...measured.peek(), hasFailed: false };
  const goOn = async () => {
    const { images, labels } = (await loadDigits()).test;
    while (wanted) {
      const { said } = measured.peek();
      const [from, to] = [said.length, Math.min(said.length + AT_ONCE, labels.length)];
      if (from === to) return;
      const { probabilities, isDigit } = await askHere(
        "classify",
        images.slice(from * PIXELS, to * PIXELS),
        model,
      );
      // another round may have come here first
      if (measured.peek().said.length !== from) continue;
      const more = saidOf(labels.slice(from, to), probabilities, isDigit);
      measured.value = { said: [...said, ...more], all: labels.length, hasFailed: false };
    }
  };
  goOn().catch(() => {
    if (wanted) measured.value = { ...measured.peek(), hasFailed: true };
  });
  return () => {
    wanted = false;
  };
}

/**
 * The most probable digit of each image, with its confidence.
 *
 * @param probabilities ten of each image
 * @param isDigit of each image
 */
export function saidOf(labels: Uint8Array, probabilities: Float32Array, isDigit: Float32Array): Said[] {
  return Array.from(labels, (label, index) => {
    const own = probabilities.subarray(index * CLASSES, (index + 1) * CLASSES);
    const digit = largestAt(own);
    return { label, digit, confidence: (own[digit] ?? 0) * (isDigit[index] ?? 1) };
  });
}

function signalOf(model: string) {
  const measured = measurements.get(model) ?? signal<Measured>(NOTHING);
  measurements.set(model, measured);
  return measured;
}
