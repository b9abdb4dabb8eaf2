/** The last sheet, or the pictures in its place, with their corrections: there again when the page is opened again. */
import { effect } from "@preact/signals";
import { newId, OwnRecord } from "../shared/storage/database";
import type { Content } from "./sheet/sheet";
import type { Corrected } from "./state/pictures";
import { howToRead, pictures, sheet } from "./state/state";
import { example } from "./state/writing";

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
    record.get<Content>("ink"),
    record.get<Stored<File[]>>("pictures"),
    record.get<Stored<Corrected[]>>("corrections"),
  ]);
  if (ink && sheet.isEmpty.peek() && !sheet.canUndo.peek()) sheet.restore(ink);
  if (!files?.value?.length || pictures.entries.peek().length > 0) return;
  void pictures.show(files.value, howToRead.peek(), corrected?.id === files.id ? corrected.value : []);
}

/** Store the ink; an example is not a person's. */
function storeInk(): void {
  const content = sheet.content.value;
  if (example.value !== null) return;
  if (content.strokes.length > 0 || content.patches.length > 0) void record.put("ink", content);
  else void record.forget(["ink"]);
}

let stored: { files: readonly File[]; id: string } | null = null;

function storePictures(): void {
  const files = pictures.files.value;
  const corrected = pictures.corrected.value;
  if (stored?.files === files) {
    if (files.length > 0) void record.put("corrections", { id: stored.id, value: corrected });
    return;
  }
  const id = newId();
  stored = { files, id };
  const isSmall = files.reduce((sum, { size }) => sum + size, 0) <= LARGEST;
  if (files.length === 0 || !isSmall) void record.forget(["pictures", "corrections"]);
  else void record.putTogether({ pictures: { id, value: files }, corrections: { id, value: corrected } });
}
