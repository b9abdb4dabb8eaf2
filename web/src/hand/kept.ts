/** The digits that a person corrected and keeps: in the browser's database, or while the page is open if it has none. */
import { computed, type ReadonlySignal } from "@preact/signals";
import { MAX_EXAMPLES } from "../generated/limits";
import { addressTextOf, joined } from "../shared/files";
import { KeptList } from "../shared/storage/kept-list";
import { digitsIn, type KeptDigit, NoKeptDigits } from "./npz";

/** Named by its image: one whose label is corrected again takes the place of the earlier one. */
export interface Kept extends KeptDigit {
  id: string;
}

const list = new KeptList<Kept>("digit");

/** In the order in which they were kept. */
export const kept: ReadonlySignal<readonly Kept[]> = computed(() => list.records.value ?? []);

/** All digits in the format of networks: 784 values each, ink 255, and the labels. */
export function keptExamples(): { images: Uint8Array; labels: Uint8Array } {
  const digits = kept.value;
  return {
    images: joined(digits.map(({ image }) => image)),
    labels: Uint8Array.from(digits, ({ label }) => label),
  };
}

/** Load the kept digits, and follow other tabs from then on. */
export function loadKept(): Promise<void> {
  return list.load();
}

/**
 * Keep digits.
 *
 * @throws NoKeptDigits if there would be too many
 */
export async function keep(digits: readonly KeptDigit[]): Promise<void> {
  await loadKept();
  const fresh = new Map(digits.map((digit) => [addressTextOf(digit.image), digit]));
  const others = kept.peek().filter(({ id }) => !fresh.has(id));
  if (others.length + fresh.size > MAX_EXAMPLES) throw new NoKeptDigits("many");
  await list.keep(Array.from(fresh, ([id, { image, label, date }]) => ({ id, image, label, date })));
}

export function forget(image: Uint8Array): Promise<void> {
  return list.forget(addressTextOf(image));
}

/**
 * Keep those of a file.
 *
 * @returns how many it holds
 * @throws NoKeptDigits
 */
export async function keepThoseOf(file: Blob): Promise<number> {
  const digits = await digitsIn(new Uint8Array(await file.arrayBuffer()));
  const now = Date.now();
  await keep(digits.map((digit, index) => ({ ...digit, date: digit.date || now + index }))); // in their order
  return digits.length;
}

/** Whether this image is kept with this label. */
export function isKept(image: Uint8Array, label: number): boolean {
  const name = addressTextOf(image);
  return kept.value.some(({ id, label: own }) => id === name && own === label);
}
