/** Reads pictures in the page: the client of the reading worker. */

import { signal as observable } from "@preact/signals";
import { startReading } from "#workers";
import { packed } from "../bundle/files";
import type { Grey } from "../ink/picture";
import { language } from "../language";
import { sayIn } from "../reading/report/advice";
import type { Sentence } from "../reading/report/result";
import { Calls, NotRead } from "./calls";
import { LargePicture, openPicture } from "./open";
import { DISPLAY, type Found, isOwn, OWN_FOLDER, type Task } from "./protocol";
import type { ClassifierWork } from "./worker";

/** The shipped models that read in the page. */
export const MODELS = ["default", "tiny", "softmax"];

/** Whether a model reads in the page: a shipped one, or a version of a network trained here. */
export function isHere(model: string): boolean {
  return MODELS.includes(model) || model === DISPLAY || isOwn(model);
}

let ownFile: (version: string) => Promise<Uint8Array<ArrayBuffer> | null> = async () => null;

/** Where the .onnx files of networks trained here come from. */
export function takeOwnFrom(give: typeof ownFile): void {
  ownFile = give;
}

const reader = new Calls<{ needs: string }>(startReading, ({ needs }) => void handOver(needs));

interface HowToRead {
  model: string;
  pattern: string;
  explain: boolean;
  signal?: AbortSignal | undefined;
  /** Gets what the smallest network reads, if the one that was asked takes long to arrive. */
  onFirst?: ((found: Found) => void) | undefined;
}

/** Bytes of the files on their way that came, and of all of them. */
export const coming = observable({ came: 0, of: 0 });

const PATIENCE = 1_000; // ms: people who wait longer than that begin to wonder
let hasArrived = false;

/**
 * Read a picture.
 *
 * @param model one that `isHere`
 * @param pattern that the number must fit; "" for any number
 * @param explain whether to add what counts for each digit, which takes many times as long
 * @throws NotRead; the browser's AbortError if `signal` aborts
 */
export async function readHere(picture: Blob | Grey, how: HowToRead): Promise<Found> {
  const waits = !hasArrived && how.model === "default" && how.onFirst;
  const late = waits ? setTimeout(() => lookFirst(picture, how), PATIENCE) : undefined;
  try {
    const found = await readInWorker(picture, how);
    hasArrived ||= how.model === "default";
    return found;
  } catch (refused) {
    if (!(picture instanceof Blob && refused instanceof NotRead && refused.why === "picture")) throw refused;
    // WebKit lets no worker of a page from disk read a file
    const opened = await openPicture(picture).catch((error) => {
      throw error instanceof LargePicture ? new NotRead("large", String(error)) : refused;
    });
    return readInWorker(opened, how);
  } finally {
    clearTimeout(late);
  }
}

function lookFirst(picture: Blob | Grey, { signal, onFirst }: HowToRead): void {
  const told = (found: Found) => {
    if (found.text && !hasArrived && !signal?.aborted) onFirst?.(found);
  };
  void reader.ask<Found>({ first: picture }).then(told, () => undefined);
}

function readInWorker(picture: Blob | Grey, { model, pattern, explain, signal }: HowToRead): Promise<Found> {
  return reader.ask({ picture, model, pattern, explain }, signal);
}

/**
 * Have a model's classifier work; see `worker.ts`.
 *
 * @param model one that `isHere`
 * @throws NotRead
 */
export function askHere<Kind extends keyof ClassifierWork>(
  work: Kind,
  input: Parameters<ClassifierWork[Kind]>[1],
  model: string,
): Promise<ReturnType<ClassifierWork[Kind]>> {
  return reader.ask({ work, input, model });
}

let isPrepared = false;

/** Load the default models before the first picture comes. */
export function prepare(): void {
  if (isPrepared) return;
  isPrepared = true;
  reader.tell({ prepare: "default" } satisfies Task);
}

async function handOver(name: string): Promise<void> {
  const content = await (name.startsWith(OWN_FOLDER)
    ? ownFile(name.slice(OWN_FOLDER.length))
    : packed(name, (came, of) => {
        coming.value = { came: coming.value.came + came, of: coming.value.of + of };
      })
  ).catch(() => null);
  reader.tell({ file: name, content } satisfies Task, content ? [content.buffer] : []);
}

/** The sentences of readings, in the page's language. */
export function sentence(said: Sentence): string {
  return sayIn(language.value, said);
}
