/** The photographs that a table is read from: chosen, dropped or taken, and kept across reloads, also before it is read. */
import { signal } from "@preact/signals";
import { ask, requestFile } from "../../api";
import { LIMITS_BODY } from "../../generated/limits";
import { forget, inStore, newId } from "../../shared/storage/database";
import { origin, table } from "../review/review";

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
const AT_HAND = 8; // photographs as they are shown that are kept: turning between them takes no time

/** Read those that were there when the page was left; those that were added meanwhile come after them. */
export async function loadPhotographs(): Promise<void> {
  if (isLoaded) return;
  const stored = await inStore(
    "forms",
    "readonly",
    (store) => store.getAll(IDBKeyRange.bound(KEYS.first, KEYS.last)) as IDBRequest<Photograph[]>,
  );
  if (!stored || isLoaded) return;
  isLoaded = true;
  const here = photographs.peek();
  const taken = new Set(here.map(({ name }) => name));
  const earlier = stored
    .filter(({ key }) => here.every((photograph) => photograph.key !== key))
    .map((photograph) => ({ ...photograph, name: reserved(photograph.name, taken) }));
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
    // on their way to the service, browsers write these characters otherwise
    const sendable = file.name.replace(/["\\\r\n]/g, "_");
    const made = { key, name: freeName(sendable, new Set(all.map(({ name }) => name))), file };
    photographs.value = [...all, made];
    void inStore("forms", "readwrite", (store) => store.put(made, key), key);
  }
}

/**
 * @example freeName("a.jpg", new Set(["a.jpg"])) is "a (2).jpg"
 */
function freeName(name: string, taken: ReadonlySet<string>): string {
  const [, stem = name, ending = ""] = /^(.+?)(\.[^.]*)?$/s.exec(name) ?? [];
  let free = name;
  for (let copy = 2; taken.has(free); copy++) free = `${stem} (${copy})${ending}`;
  return free;
}

export function removePhotograph(key: string): void {
  photographs.value = photographs.peek().filter((photograph) => photograph.key !== key);
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

/** Return the photograph that a cell names, as browsers can show it; null if there is none, or none that can be had. */
export function photographOf(source: string): Promise<Blob | null> {
  const from = origin.peek();
  if (from.kind === "photographs") {
    const named = pageIn(source, from.keys);
    const file = named && photographs.peek().find((photograph) => photograph.key === named.key)?.file;
    if (!named || !file) return Promise.resolve(null);
    return kept(`${named.key} ${named.page}`, () => shownByService(file, named.page));
  }
  const position = from.kind === "review" ? from.photographs.indexOf(source) + 1 : 0;
  if (from.kind !== "review" || position === 0) return Promise.resolve(null);
  return kept(`${from.id} ${position}`, () => handedOver(from.id, position));
}

/** The photograph that a cell names by its name, or by that and the number of a page. */
function pageIn(source: string, keys: ReadonlyMap<string, string>): { key: string; page: number } | null {
  const [, name = "", page] = /^(.*)#(\d+)$/s.exec(source) ?? [];
  const [whole, document] = [keys.get(source), keys.get(name)];
  if (whole !== undefined) return { key: whole, page: 1 };
  return document === undefined ? null : { key: document, page: Number(page) };
}

/** A photograph as it is, if this browser can open it; else, and of later pages, as the service reads it. */
async function shownByService(file: File | Blob, page: number): Promise<Blob | null> {
  const bitmap = page > 1 ? null : await createImageBitmap(file).catch(() => null);
  bitmap?.close();
  if (bitmap) return file;
  const body = new FormData();
  body.append("picture", file);
  // without it, the table can be reviewed too
  return requestFile(`v1/picture?page=${page}`, { body }).catch(() => null);
}

/** Return what was had before, or is had now; of what was had, a few are kept. */
function kept(key: string, have: () => Promise<Blob | null>): Promise<Blob | null> {
  const shown = atHand.get(key) ?? have();
  atHand.delete(key);
  atHand.set(key, shown);
  void shown.then((blob) => {
    if (!blob && atHand.get(key) === shown) atHand.delete(key); // it is asked for again
  });
  for (const oldest of [...atHand.keys()].slice(0, -AT_HAND)) atHand.delete(oldest);
  return shown;
}

async function handedOver(id: string, position: number): Promise<Blob | null> {
  try {
    const response = await ask(`v1/review/${encodeURIComponent(id)}/photographs/${position}`, {});
    return response.ok ? await response.blob() : null;
  } catch {
    return null; // the service has ended, or has another table: the table can be reviewed without it
  }
}

const LOADED_BY_THEN = 60_000; // ms

/** Give an address back; a picture that is still loading it would fail, so not at once. */
export function revokeLater(url: string): void {
  if (url) setTimeout(() => URL.revokeObjectURL(url), LOADED_BY_THEN);
}

/** A file that is no photograph is sent with the photographs: it says what the sheets are. */
export type RequestField = "spec" | "roster" | "blank";

/** The field of a request in which a file belongs, by its name; null for a photograph. */
export function requestFieldOf({ name }: File): RequestField | null {
  const small = name.toLowerCase();
  if (small.endsWith(".toml")) return "spec";
  if (small.endsWith(".csv")) return "roster";
  return small.endsWith(".blank.png") ? "blank" : null; // as shuzi form trace calls it
}

/** Bytes of the files in a request; the rest is for what surrounds them. */
export const MAX_BYTES = LIMITS_BODY - 500_000;
const QUALITY = 0.9;

interface Smaller {
  file: Blob;
  /** Pixels of the photograph to one of the smaller one. */
  factor: number;
}

/** Return a JPEG with at most `side` pixels on its longer side; null if it is no larger, or the browser cannot open it. */
export async function smaller(photograph: Blob, side: number): Promise<Smaller | null> {
  const bitmap = await createImageBitmap(photograph).catch(() => null); // turned as its EXIF says
  if (!bitmap) return null;
  const factor = Math.max(bitmap.width, bitmap.height) / side;
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(bitmap.width / factor);
  canvas.height = Math.round(bitmap.height / factor);
  const context = factor > 1 ? canvas.getContext("2d") : null;
  if (context) {
    context.imageSmoothingQuality = "high";
    context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  }
  bitmap.close();
  if (!context) return null;
  const file = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
  return file && { file, factor };
}
