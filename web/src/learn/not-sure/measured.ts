/** What a network of the page says of the test images, measured here, some images at a time. */
import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { loadDigits } from "../../data/digits";
import { classifyHere } from "../../here/read";
import { type Said, saidOf } from "./calibration";

const AT_ONCE = 250; // images, so that the worker is soon free for others
const PIXELS = 784;

/** As far as it has come. */
export interface Measured {
  readonly said: readonly Said[];
  /** How many test images there are. */
  readonly all: number;
  /** Whether the images or the model cannot be had. */
  readonly isMissing: boolean;
}

const NOTHING: Measured = { said: [], all: 0, isMissing: false };
const found = new Map<string, Signal<Measured>>();

export function measuredOf(model: string): ReadonlySignal<Measured> {
  return signalOf(model);
}

/** Go on measuring until the returned function is called; what was measured is kept. */
export function measure(model: string): () => void {
  let wanted = true;
  const measured = signalOf(model);
  const goOn = async () => {
    const { images, labels } = (await loadDigits()).test;
    while (wanted) {
      const { said } = measured.peek();
      const [from, to] = [said.length, Math.min(said.length + AT_ONCE, labels.length)];
      if (from === to) return;
      const { probabilities, isDigit } = await classifyHere(images.slice(from * PIXELS, to * PIXELS), model);
      // another round may have come here first
      if (measured.peek().said.length !== from) continue;
      const more = saidOf(labels.slice(from, to), probabilities, isDigit);
      measured.value = { said: [...said, ...more], all: labels.length, isMissing: false };
    }
  };
  goOn().catch(() => {
    measured.value = { ...measured.peek(), isMissing: true };
  });
  return () => {
    wanted = false;
  };
}

function signalOf(model: string) {
  const known = found.get(model) ?? signal<Measured>(NOTHING);
  found.set(model, known);
  return known;
}
