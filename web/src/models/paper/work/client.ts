/** The worker of networks on paper, as the page sees it: it is started with the first work. */
import { startWorker } from "#paper-worker";
import type { Work } from "./worker";

export type { Compared, Right } from "./worker";

/** What a kind of work takes, and what it returns. */
type Input<Kind extends keyof Work> = Parameters<Work[Kind]>[0];
type Output<Kind extends keyof Work> = Awaited<ReturnType<Work[Kind]>>;
type Answer = { id: number; output: unknown } | { id: number; failed: string };

interface Waiting {
  resolve(output: unknown): void;
  reject(error: Error): void;
}

let worker: Worker | null = null;
let count = 0;
const waiting = new Map<number, Waiting>();

/**
 * Have work done away from the page's own thread.
 *
 * @throws Error if it cannot be done, or the worker cannot be started
 */
export function inWorker<Kind extends keyof Work>(kind: Kind, input: Input<Kind>): Promise<Output<Kind>> {
  const id = ++count;
  return new Promise((resolve, reject) => {
    waiting.set(id, { resolve: (output) => resolve(output as Output<Kind>), reject });
    worker ??= started();
    worker.postMessage({ id, kind, input });
  });
}

function started(): Worker {
  const begun = startWorker();
  begun.addEventListener("message", ({ data }: MessageEvent<Answer>) => {
    const asked = waiting.get(data.id);
    waiting.delete(data.id);
    if ("output" in data) asked?.resolve(data.output);
    else asked?.reject(new Error(data.failed));
  });
  // it cannot be started at all: an old browser, or a policy of the server
  begun.addEventListener("error", ({ message }) => {
    for (const { reject } of waiting.values()) reject(new Error(message));
    waiting.clear();
    begun.terminate();
    worker = null;
  });
  return begun;
}
