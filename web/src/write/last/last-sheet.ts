/** The last sheet survives a reload: its strokes, or its pictures, and the corrections. Each open tab has its own. */
import { effect } from "@preact/signals";
import { forget, inStore, newId, putTogether } from "../../shared/storage/database";
import { OwnRecord } from "../../shared/storage/record";
import type { Content } from "../sheet/sheet";
import type { Corrected } from "../state/pictures";
import { howToRead, pictures, sheet } from "../state/state";
import { example } from "../state/writing";

const LARGEST = 60_000_000; // bytes of pictures: more would take long to store, and perhaps all that the browser allows

/** A stored part. Corrections of other pictures, as a version that knew only one tab left them, don't count. */
interface Stored<T> {
  id: string;
  value: T;
}

const record = new OwnRecord("sheets", ["ink", "pictures", "corrections"]);
/** How many sheets are stored that no open tab has. */
export const otherSheets = record.others;

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
  void pictures.show(files.value, howToRead.peek(), corrected?.id === files.id ? corrected.value : []);
}

async function loaded<T>(part: string): Promise<T | undefined | null> {
  const key = await record.key(part);
  return inStore("sheets", "readonly", (store) => store.get(key) as IDBRequest<T | undefined>);
}

async function store(part: string, value: unknown): Promise<void> {
  const key = await record.key(part);
  await inStore("sheets", "readwrite", (store) => store.put(value, key), key);
}

/** Store the ink; an example is not a person's. */
function storeInk(): void {
  const content = sheet.content.value;
  if (example.value !== null) return;
  if (content.strokes.length > 0 || content.patches.length > 0) void store("ink", content);
  else void record.key("ink").then((key) => forget("sheets", [key]));
}

let stored: { files: readonly File[]; id: string } | null = null;

function storePictures(): void {
  const files = pictures.files.value;
  const corrected = pictures.corrected.value;
  if (stored?.files === files) {
    if (files.length > 0) void store("corrections", { id: stored.id, value: corrected });
    return;
  }
  const id = newId();
  stored = { files, id };
  const isSmall = files.reduce((sum, { size }) => sum + size, 0) <= LARGEST;
  void storeTogether(isSmall ? files : [], corrected, id);
}

async function storeTogether(
  files: readonly File[],
  corrected: readonly Corrected[],
  id: string,
): Promise<void> {
  const [picturesAt, correctionsAt] = [await record.key("pictures"), await record.key("corrections")];
  if (files.length === 0) await forget("sheets", [picturesAt, correctionsAt]);
  else
    await putTogether("sheets", {
      [picturesAt]: { id, value: files },
      [correctionsAt]: { id, value: corrected },
    });
}
