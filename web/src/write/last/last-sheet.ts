/** The last sheet survives a reload: its strokes, or its pictures, and the corrections. */
import { effect } from "@preact/signals";
import { inStore, newId, putTogether } from "../../shared/database";
import type { Corrected } from "../pictures";
import type { Content } from "../sheet";
import { pictures, readBy, sheet } from "../state";
import { example } from "../writing";

const LARGEST = 60_000_000; // bytes of pictures: more would take long to store, and perhaps all that the browser allows

/** A stored record. Corrections of other pictures, as another tab may leave them, don't count. */
interface Stored<T> {
  id: string;
  value: T;
}

let restoring: Promise<void> | null = null;

/** Bring back what was there when the page was left; then store each change, until the returned function is called. */
export function keepLastSheet(): () => void {
  const stops: (() => void)[] = [];
  let isOver = false;
  restoring ??= restore();
  void restoring.then(() => {
    if (!isOver) stops.push(effect(storeInk), effect(storePictures));
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
    loaded<Stored<File[]>>("pictures"),
    loaded<Stored<Corrected[]>>("corrections"),
  ]);
  if (ink && sheet.isEmpty.peek() && !sheet.canUndo.peek()) sheet.restore(ink);
  if (!files?.value?.length || pictures.entries.peek().length > 0) return;
  void pictures.show(files.value, readBy.peek(), corrected?.id === files.id ? corrected.value : []);
}

function loaded<T>(key: string): Promise<T | undefined | null> {
  return inStore("sheets", "readonly", (store) => store.get(key) as IDBRequest<T | undefined>);
}

function store(key: string, value: unknown): void {
  void inStore("sheets", "readwrite", (store) => store.put(value, key), key);
}

/** What an example writes is not a person's. */
function storeInk(): void {
  const content = sheet.content.value;
  if (example.value === null) store("ink", content);
}

let known: { files: readonly File[]; id: string } | null = null;

function storePictures(): void {
  const files = pictures.files.value;
  const corrected = pictures.corrected.value;
  if (known?.files === files) {
    store("corrections", { id: known.id, value: corrected });
    return;
  }
  const id = newId();
  known = { files, id };
  const isSmall = files.reduce((sum, { size }) => sum + size, 0) <= LARGEST;
  void putTogether("sheets", {
    pictures: { id, value: isSmall ? files : [] },
    corrections: { id, value: corrected },
  });
}
