/** The last sheet survives a reload: its strokes, or its pictures, and the corrections. */
import { effect } from "@preact/signals";
import { inStore } from "../../shared/database";
import type { Corrected } from "../pictures";
import type { Content } from "../sheet";
import { pictures, readBy, sheet } from "../state";
import { example } from "../writing";

const LARGEST = 60_000_000; // bytes of pictures: more would take long to store, and perhaps all that the browser allows

let restoring: Promise<void> | null = null;

/** Bring back what was there when the page was left; then store each change, until the returned function is called. */
export function keepLastSheet(): () => void {
  const stops: (() => void)[] = [];
  let isOver = false;
  restoring ??= restore();
  void restoring.then(() => {
    if (!isOver) stops.push(effect(storeInk), effect(storePictures), effect(storeCorrections));
  });
  return () => {
    isOver = true;
    for (const stop of stops) stop();
  };
}

/** Does nothing if the person was faster. */
async function restore(): Promise<void> {
  const [ink, files, corrected] = await Promise.all([
    loaded<Content>("ink"),
    loaded<File[]>("pictures"),
    loaded<Corrected[]>("corrections"),
  ]);
  if (ink && sheet.isEmpty.peek() && !sheet.canUndo.peek()) sheet.restore(ink);
  if (files?.length && pictures.entries.peek().length === 0)
    void pictures.show(files, readBy.peek(), corrected ?? []);
}

function loaded<T>(key: string): Promise<T | undefined | null> {
  return inStore("sheets", "readonly", (store) => store.get(key) as IDBRequest<T | undefined>);
}

function store(key: string, value: unknown): void {
  void inStore("sheets", "readwrite", (store) => store.put(value, key));
}

/** What an example writes is not a person's. */
function storeInk(): void {
  const content = sheet.content.value;
  if (example.value === null) store("ink", content);
}

function storePictures(): void {
  const files = pictures.files.value;
  store("pictures", files.reduce((sum, { size }) => sum + size, 0) <= LARGEST ? files : []);
}

function storeCorrections(): void {
  store("corrections", pictures.corrected.value);
}
