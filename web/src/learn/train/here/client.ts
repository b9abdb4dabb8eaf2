/** The training worker, as the page sees it: it is started with the first order. */
import { startWorker } from "#training-worker";
import { packedDigits } from "../../../data/digits";
import type { Settings } from "../../../networks/settings";
import type { TrainingState } from "../../../networks/train";
import type { Run, TrainingEvent } from "../run";
import type { Answers, Order, Question, Told } from "./messages";

/** A digit with its label. */
interface Labelled {
  image: Uint8Array;
  label: number;
}

type Hear = (id: string, events: readonly TrainingEvent[]) => void;

let worker: Worker | null = null;
let hear: Hear = () => undefined;
let asked = 0;
const waiting = new Map<number, (answer: unknown) => void>();

/** The listener for the events of all runs in the page. */
export function onEvents(listener: Hear): void {
  hear = listener;
}

export function startHere(id: string, settings: Settings): void {
  order({ kind: "start", id, settings });
}

/** Continue up to `steps`. */
export function resumeHere(id: string, steps: number): void {
  order({ kind: "resume", id, steps });
}

/**
 * Restore an ended run of an earlier visit.
 *
 * @param settings the initial settings
 */
export function restoreHere(
  { id, settings: { steps } }: Run,
  settings: Settings,
  state: TrainingState,
): void {
  order({ kind: "restore", id, settings, steps, state });
}

export function stopHere(id: string): void {
  order({ kind: "stop", id });
}

export function forgetHere(id: string): void {
  if (worker) order({ kind: "forget", id });
}

/** The .onnx file of a run. */
export function onnxHere(id: string): Promise<Uint8Array<ArrayBuffer> | null> {
  return ask({ about: "onnx", id });
}

/** The state from which a run continues. */
export function stateHere(id: string): Promise<TrainingState | null> {
  return ask({ about: "state", id });
}

export function answersHere(id: string): Promise<Answers | null> {
  return ask({ about: "answers", id });
}

/** A test image; null if the images are unavailable. */
export function testDigit(index: number): Promise<Labelled | null> {
  return ask({ about: "digit", index });
}

function ask<Answer>(question: Question): Promise<Answer | null> {
  asked++;
  const id = asked;
  return new Promise((resolve) => {
    waiting.set(id, (answer) => resolve(answer as Answer | null));
    order({ kind: "ask", id, question });
  });
}

function order(message: Order): void {
  worker ??= open();
  worker.postMessage(message);
  if (needsDigits) void sendDigits(worker);
}

let needsDigits = true;

/** Send the worker the packed images, once; after a failure, the next order tries again. */
async function sendDigits(to: Worker): Promise<void> {
  needsDigits = false;
  const digits = await packedDigits().catch(() => null);
  needsDigits = digits === null;
  const moved = [...(digits?.values() ?? [])].map(({ buffer }) => buffer);
  to.postMessage({ kind: "digits", digits } satisfies Order, moved);
}

function open(): Worker {
  const opened = startWorker();
  opened.addEventListener("message", ({ data }: MessageEvent<Told>) => {
    if (data.kind === "events") hear(data.id, data.events);
    else {
      waiting.get(data.id)?.(data.kind === "answer" ? data.answer : null);
      waiting.delete(data.id);
    }
  });
  return opened;
}
