/** Picture input: chosen, dropped anywhere on the view, or pasted. */
import { effect, signal } from "@preact/signals";
import { announce } from "../../announce";
import { say } from "../../sentences/say";
import { howToRead, pictures, selected, sheet } from "./state";

/** Whether something is being dragged over the view. */
export const isDragging = signal(false);

/** Whether the last input had no picture; reset by the next action. */
export const isNoPicture = signal(false);

/** Ask for confirmation if a picture was corrected, as its corrections would be lost. */
export function mayClosePictures(): boolean {
  return pictures.corrected.peek().length === 0 || confirm(say("write.pictures.sure"));
}

export async function showFiles(files: readonly File[]): Promise<void> {
  if (files.length === 0 || !mayClosePictures()) return;
  isNoPicture.value = false;
  selected.value = null;
  await pictures.show(files, howToRead.value);
}

/** Listen for drops and pastes until the returned function is called. */
export function takeWhatIsHandedIn(): () => void {
  let inside = 0; // enter and leave also fire for each child element
  const stop = new AbortController();
  const listen = <Name extends "dragenter" | "dragover" | "dragleave" | "drop" | "paste">(
    name: Name,
    take: (event: DocumentEventMap[Name]) => void,
  ) => document.addEventListener(name, take, { signal: stop.signal });

  listen("dragenter", (event) => {
    event.preventDefault();
    inside++;
    isDragging.value = true;
    isNoPicture.value = false;
  });
  listen("dragover", (event) => event.preventDefault());
  listen("dragleave", () => {
    inside = Math.max(0, inside - 1);
    isDragging.value = inside > 0;
  });
  listen("drop", (event) => {
    event.preventDefault();
    inside = 0;
    isDragging.value = false;
    take([...(event.dataTransfer?.files ?? [])]);
  });
  listen("paste", (event) => {
    if (event.target instanceof Element && event.target.closest("input, textarea")) return;
    take([...(event.clipboardData?.files ?? [])]);
  });
  const forget = effect(() => {
    void sheet.content.value;
    isNoPicture.value = false;
  });
  return () => {
    stop.abort();
    forget();
    isDragging.value = false;
    isNoPicture.value = false;
  };
}

function take(files: readonly File[]): void {
  if (files.length > 0) {
    void showFiles(files);
    return;
  }
  isNoPicture.value = true;
  announce(say("write.no_picture"));
}
