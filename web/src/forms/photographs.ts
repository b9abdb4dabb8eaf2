/** The photographs that a table is read from: chosen, dropped or taken, and kept across reloads, also before it is read. */
import { signal } from "@preact/signals";
import { ask } from "../api";
import { forget, inStore, newId } from "../shared/database";
import { origin, table } from "./review";

export interface Photograph {
  key: string;
  /** As it is shown and sent, unlike that of any other one here. */
  name: string;
  file: Blob;
}

export const photographs = signal<readonly Photograph[]>([]);

const KEYS = { first: "photo ", last: "photo ~" };
const DIGITS = 6;
let isLoaded = false;
let added = 0; // in this page
const AT_HAND = 8; // photographs of the service that are kept: turning between them takes no time

/** Read those that were there when the page was left; those that were added meanwhile come after them. */
export async function loadPhotographs(): Promise<void> {
  if (isLoaded) return;
  const found = await inStore(
    "forms",
    "readonly",
    (store) => store.getAll(IDBKeyRange.bound(KEYS.first, KEYS.last)) as IDBRequest<Photograph[]>,
  );
  if (!found || isLoaded) return;
  isLoaded = true;
  const here = photographs.peek();
  const taken = new Set(here.map(({ name }) => name));
  const earlier = found
    .filter(({ key }) => here.every((each) => each.key !== key))
    .map((each) => ({ ...each, name: reserved(each.name, taken) }));
  photographs.value = [...earlier, ...here];
}

/** Return a name that is free, which then is taken. */
function reserved(name: string, taken: Set<string>): string {
  const free = freeName(name, taken);
  taken.add(free);
  return free;
}

/** Add photographs; phones call all of theirs the same, so a name that is taken gets a number. */
export function addPhotographs(files: readonly File[]): void {
  for (const file of files) {
    const all = photographs.peek();
    // in order of time, and none as in another tab
    const key = `${KEYS.first}${Date.now()} ${String(added++).padStart(DIGITS, "0")} ${newId()}`;
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

/** Forget those that the table shown was read from, since another one takes its place; the others wait to be read. */
export function letGo(): void {
  const from = origin.peek();
  if (!table.peek() || from.kind !== "photographs") return;
  const keys = new Set(from.keys.values());
  photographs.value = photographs.peek().filter(({ key }) => !keys.has(key));
  if (keys.size > 0) void forget("forms", [...keys]);
}

const atHand = new Map<string, Promise<Blob | null>>();

/** Return the photograph that a cell names, or null if there is none, or none that can be had. */
export function photographOf(source: string): Promise<Blob | null> {
  const from = origin.peek();
  if (from.kind === "photographs") {
    const key = from.keys.get(source);
    return Promise.resolve(photographs.peek().find((each) => each.key === key)?.file ?? null);
  }
  const number = from.kind === "review" ? from.photographs.indexOf(source) + 1 : 0;
  if (from.kind !== "review" || number === 0) return Promise.resolve(null);
  const key = `${from.id} ${number}`;
  const known = atHand.get(key) ?? handedOver(from.id, number);
  atHand.delete(key);
  atHand.set(key, known);
  void known.then((found) => {
    if (!found && atHand.get(key) === known) atHand.delete(key); // it is asked for again
  });
  for (const oldest of [...atHand.keys()].slice(0, -AT_HAND)) atHand.delete(oldest);
  return known;
}

async function handedOver(id: string, number: number): Promise<Blob | null> {
  try {
    const response = await ask(`v1/review/${encodeURIComponent(id)}/photographs/${number}`, {});
    return response.ok ? await response.blob() : null;
  } catch {
    return null; // the service has ended, or has another table: the table can be reviewed without it
  }
}
