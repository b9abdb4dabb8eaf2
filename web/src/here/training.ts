/** The second worker, as the page sees it: see `training-worker.ts`. */
import { startTraining } from "#workers";
import { packedDigits } from "../data/digits";
import type { TrainingEvent } from "../learn/train/run";
import type { Settings } from "../networks/settings";
import { Calls } from "./calls";
import type { Order, Told, Work } from "./training-worker";

export type { Compared, Right } from "./training-worker";

type Hear = (id: string, events: readonly TrainingEvent[], onnx?: Uint8Array<ArrayBuffer>) => void;

let hear: Hear = () => undefined;
const calls = new Calls<Told>(startTraining, ({ run, events, onnx }) => hear(run, events, onnx));

/** The listener for the events of all runs in the page. */
export function onEvents(listener: Hear): void {
  hear = listener;
}

export function startHere(id: string, settings: Settings): void {
  calls.tell({ start: id, settings } satisfies Order);
  if (needsDigits) void sendDigits();
}

export function stopHere(id: string): void {
  if (calls.isStarted) calls.tell({ stop: id } satisfies Order);
}

let needsDigits = true;

/** Send the worker the packed images, once; after a failure, the next run tries again. */
async function sendDigits(): Promise<void> {
  needsDigits = false;
  const digits = await packedDigits().catch(() => null);
  needsDigits = digits === null;
  const moved = [...(digits?.values() ?? [])].map(({ buffer }) => buffer);
  calls.tell({ digits } satisfies Order, moved);
}

/**
 * Have work for a code done away from the page's own thread.
 *
 * @throws NotRead if it cannot be done, or the worker cannot be started
 */
export function inWorker<Kind extends keyof Work>(
  kind: Kind,
  input: Parameters<Work[Kind]>[0],
): Promise<Awaited<ReturnType<Work[Kind]>>> {
  return calls.ask({ kind, input });
}
