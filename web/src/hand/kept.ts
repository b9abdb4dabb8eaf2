/** The digits that a person corrected and keeps: in the browser's database, or while the page is open if it has none. */

import { computed, signal } from "@preact/signals";
import { MAX_EXAMPLES } from "../generated/limits";
import { joined } from "../shared/files";
import { inStore } from "../shared/storage/database";
import { digitsIn, type KeptDigit, latestOnly, NoKeptDigits, type Numbered } from "./npz";

/** In the order in which they were kept. */
export const kept = signal<readonly Numbered[]>([]);

/** All digits in the format of networks: 784 values each, ink 255, and the labels. */
export function keptExamples(): { images: Uint8Array; labels: Uint8Array } {
  const digits = kept.value;
  return {
    images: joined(digits.map(({ image }) => Uint8Array.from(image))),
    labels: Uint8Array.from(digits, ({ label }) => label),
  };
}

/** The label of each kept image. */
const labelOf = computed(() => new Map(kept.value.map(({ image, label }) => [String(image), label])));

const CHANNEL = "shuzi digits";
let unstored = -1; // ids of digits that exist only in this page

/** Load the kept digits, again whenever another tab may have kept more. */
export async function loadKept(): Promise<void> {
  const stored = await inStore("digits", "readonly", (store) => store.getAll() as IDBRequest<Numbered[]>);
  if (stored) kept.value = [...(await cleaned(stored)), ...kept.peek().filter(({ id }) => id < 0)];
}

/** Read again whenever another tab keeps or removes a digit, until the returned function is called. */
export function followOtherTabs(): () => void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = () => void loadKept();
  return () => channel.close();
}

function tellOtherTabs(): void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage(null);
  channel.close();
}

/** Another tab may have kept the same image with another label at the same time: of these, the last one counts. */
async function cleaned(stored: readonly Numbered[]): Promise<readonly Numbered[]> {
  const [latest, earlier] = latestOnly(stored);
  if (earlier.length > 0)
    await inStore("digits", "readwrite", (store) => {
      for (const id of earlier) store.delete(id);
      return store.count();
    });
  return latest;
}

/**
 * Keep digits. One with the same image is replaced: its label was corrected again.
 *
 * @throws NoKeptDigits if there would be too many
 */
export async function keep(digits: readonly KeptDigit[]): Promise<void> {
  const fresh = withoutRepetitions(digits);
  await loadKept(); // another tab may keep the same images with other labels
  const images = new Set(fresh.map(({ image }) => String(image)));
  const replaced = kept.peek().filter(({ image }) => images.has(String(image)));
  if (kept.peek().length - replaced.length + fresh.length > MAX_EXAMPLES) throw new NoKeptDigits("many");
  const stored = await inStore("digits", "readwrite", (store) => {
    for (const { id } of replaced) store.delete(id);
    for (const { image, label, date } of fresh) store.add({ image, label, date });
    return store.getAll() as IDBRequest<Numbered[]>;
  });
  const rest = kept.peek().filter((digit) => !replaced.includes(digit));
  kept.value = stored
    ? [...(await cleaned(stored)), ...rest.filter(({ id }) => id < 0)]
    : [...rest, ...fresh.map((digit) => ({ ...digit, id: unstored-- }))];
  tellOtherTabs();
}

export async function forget(id: number): Promise<void> {
  if (id >= 0) await inStore("digits", "readwrite", (store) => store.delete(id) as IDBRequest<unknown>);
  kept.value = kept.peek().filter((digit) => digit.id !== id);
  tellOtherTabs();
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
  await keep(digits.map((digit) => ({ ...digit, date: digit.date || now })));
  return digits.length;
}

/** Whether this image is kept with this label. */
export function isKept(image: Uint8Array, label: number): boolean {
  return labelOf.value.get(String(image)) === label;
}

function withoutRepetitions(digits: readonly KeptDigit[]): KeptDigit[] {
  return [...new Map(digits.map((digit) => [String(digit.image), digit])).values()];
}
