/** Reads pictures in the page: the client of the reading worker. */

import { signal as observable } from "@preact/signals";
import { startWorker } from "#worker";
import { packed } from "../bundle/files";
import type { Grey } from "../ink/picture";
import { language } from "../language";
import { sayIn } from "../reading/report/advice";
import type { Sentence } from "../reading/report/result";
import { LargePicture, openPicture } from "./open";
import { type Answer, type Found, isOwn, OWN_FOLDER, type Task } from "./protocol";
import type { ClassifierWork } from "./worker";

/** The shipped models that read in the page. */
export const MODELS = ["default", "tiny", "softmax"];

/** Whether a model reads in the page: a shipped one, or a version of a network trained here. */
export function isHere(model: string): boolean {
  return MODELS.includes(model) || isOwn(model);
}

let ownFile: (version: string) => Promise<Uint8Array<ArrayBuffer> | null> = async () => null;

/** Where the .onnx files of networks trained here come from. */
export function takeOwnFrom(give: typeof ownFile): void {
  ownFile = give;
}

/** Why a picture could not be read here. */
export class NotRead extends Error {
  constructor(
    readonly why: "picture" | "large" | "file" | "fault",
    detail: string,
  ) {
    super(detail);
    this.name = "NotRead";
  }
}

interface Asked {
  resolve(answer: unknown): void;
  reject(error: unknown): void;
}

let worker: Worker | null = null;
let numbered = 0;
const asked = new Map<number, Asked>();

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
  const id = ++numbered;
  const resolve = (answer: unknown) => {
    const found = answer as Found;
    if (found.text && !hasArrived && !signal?.aborted) onFirst?.(found);
  };
  asked.set(id, { resolve, reject: () => undefined });
  tell({ id, first: picture });
}

function readInWorker(picture: Blob | Grey, { model, pattern, explain, signal }: HowToRead): Promise<Found> {
  const id = ++numbered;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(new DOMException("given up", "AbortError"));
    asked.set(id, { resolve: (answer) => resolve(answer as Found), reject });
    signal?.addEventListener("abort", () => {
      if (asked.delete(id)) tell({ id, dropped: true });
      reject(new DOMException("given up", "AbortError"));
    });
    tell({ id, picture, model, pattern, explain });
  });
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
  const id = ++numbered;
  return new Promise((resolve, reject) => {
    asked.set(id, { resolve: (answer) => resolve(answer as ReturnType<ClassifierWork[Kind]>), reject });
    tell({ id, work, input, model });
  });
}

let isPrepared = false;

/** Load the default models before the first picture comes. */
export function prepare(): void {
  if (isPrepared) return;
  isPrepared = true;
  tell({ prepare: "default" });
}

let hand: Extract<Task, { hand: unknown }> | null = null;

/**
 * Take a person's corrected digits into account from now on, instead of earlier ones.
 *
 * @param images of each 784 values, one after another
 */
export function knowHand(images: Uint8Array, labels: Uint8Array): void {
  hand = { hand: { images, labels } };
  if (worker) tell(hand);
}

function tell(task: Task): void {
  worker ??= started();
  worker.postMessage(task);
}

function started(): Worker {
  const made = startWorker();
  made.addEventListener("message", ({ data }: MessageEvent<Answer>) => {
    if ("needs" in data) void handOver(data.needs);
    else {
      const waiting = asked.get(data.id);
      asked.delete(data.id);
      if ("result" in data) waiting?.resolve(data.result);
      else waiting?.reject(new NotRead(data.failed, data.detail));
    }
  });
  // the worker cannot be started: an old browser, or a policy of the server
  made.addEventListener("error", ({ message }) => {
    for (const { reject } of asked.values()) reject(new NotRead("fault", message));
    asked.clear();
    made.terminate();
    worker = null;
  });
  if (hand) made.postMessage(hand);
  return made;
}

async function handOver(name: string): Promise<void> {
  const content = await (name.startsWith(OWN_FOLDER)
    ? ownFile(name.slice(OWN_FOLDER.length))
    : packed(name, (came, of) => {
        coming.value = { came: coming.value.came + came, of: coming.value.of + of };
      })
  ).catch(() => null);
  worker?.postMessage({ file: name, content } satisfies Task, content ? [content.buffer] : []);
}

/** The sentences of readings, in the page's language. */
export function sentence(said: Sentence): string {
  return sayIn(language.value, said);
}
