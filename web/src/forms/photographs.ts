/** The photographs that a table is read from: chosen, dropped or taken, and kept across reloads, also before it is read. */
import { signal } from "@preact/signals";
import { ask } from "../api";
import { forget, inStore } from "../shared/database";
import { origin, table } from "./review";

export interface Photograph {
  key: string;
  /** As the table calls it. */
  name: string;
  file: Blob;
}

export const photographs = signal<readonly Photograph[]>([]);

const KEYS = { first: "photo ", last: "photo ~" };
const DIGITS = 6;
const AT_HAND = 8; // photographs of the service that are kept: turning between them takes no time

/** Read those that were there when the page was left. */
export async function loadPhotographs(): Promise<void> {
  const found = await inStore(
    "forms",
    "readonly",
    (store) => store.getAll(IDBKeyRange.bound(KEYS.first, KEYS.last)) as IDBRequest<Photograph[]>,
  );
  if (found && photographs.peek().length === 0) photographs.value = found;
}

/** Add photographs; phones call all of theirs the same, so a name that is taken gets a number. */
export function addPhotographs(files: readonly File[]): void {
  for (const file of files) {
    const all = photographs.peek();
    const number = Number(all.at(-1)?.key.slice(KEYS.first.length) ?? -1) + 1;
    const key = KEYS.first + String(number).padStart(DIGITS, "0");
    const made = { key, name: freeName(file.name, new Set(all.map(({ name }) => name))), file };
    photographs.value = [...all, made];
    void inStore("forms", "readwrite", (store) => store.put(made, key), key);
  }
}

/**
 * @example freeName("a.jpg", new Set(["a.jpg"])) is "a (2).jpg"
 */
export function freeName(name: string, taken: ReadonlySet<string>): string {
  const [, stem = name, ending = ""] = /^(.+?)(\.[^.]*)?$/s.exec(name) ?? [];
  let free = name;
  for (let number = 2; taken.has(free); number++) free = `${stem} (${number})${ending}`;
  return free;
}

export function removePhotograph(key: string): void {
  photographs.value = photographs.peek().filter((each) => each.key !== key);
  void forget("forms", [key]);
}

/** Forget those of the table that is shown, since another one takes its place. */
export function letGo(): void {
  if (!table.peek() || origin.peek().kind !== "photographs") return;
  const keys = photographs.peek().map(({ key }) => key);
  photographs.value = [];
  if (keys.length > 0) void forget("forms", keys);
}

const atHand = new Map<string, Promise<Blob | null>>();

/** Return the photograph that a cell names, or null if there is none, or none that can be had. */
export function photographOf(source: string): Promise<Blob | null> {
  const from = origin.peek();
  if (from.kind === "photographs")
    return Promise.resolve(photographs.peek().find(({ name }) => name === source)?.file ?? null);
  const number = from.kind === "review" ? from.photographs.indexOf(source) + 1 : 0;
  if (from.kind !== "review" || number === 0) return Promise.resolve(null);
  const key = `${from.id} ${number}`;
  const known = atHand.get(key) ?? handedOver(number);
  atHand.delete(key);
  atHand.set(key, known);
  for (const oldest of [...atHand.keys()].slice(0, -AT_HAND)) atHand.delete(oldest);
  return known;
}

async function handedOver(number: number): Promise<Blob | null> {
  try {
    const response = await ask(`v1/review/photographs/${number}`, {});
    return response.ok ? await response.blob() : null;
  } catch {
    return null; // the service has ended: the table can be reviewed without it
  }
}
