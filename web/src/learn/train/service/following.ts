/** The runs whose events are being followed, and the state of their connections. */
import { type ReadonlySignal, signal } from "@preact/signals";
import { ApiError, isAbort, request } from "../../../api";
import type { TrainingEvent } from "../runs/run";
import { type Pace, pace } from "./pace";
import { listen } from "./stream";

/** "trying": the connection broke and will be retried; "refused": only the user can retry. */
export type Silence = "trying" | "refused";

const silences = signal<ReadonlyMap<string, Silence>>(new Map());
/** The state of runs whose events are not arriving. */
export const silent: ReadonlySignal<ReadonlyMap<string, Silence>> = silences;

export interface Follower {
  onEvents(events: readonly TrainingEvent[]): void;
  /** The service does not know the run. */
  onUnknown(): void;
}

const PAUSE = 2000; // milliseconds before a refused stream is requested again

/** Functions that stop following, by run id. */
const streams = new Map<string, () => void>();
const paces = new Map<string, Pace>();
const still = matchMedia("(prefers-reduced-motion: reduce)");

/** Follow a run until it ends, unless it is being followed already. */
export function follow(id: string, follower: Follower): void {
  if (streams.has(id)) return;
  setSilence(id, null);
  const stop = listen(id, {
    onEvents: (events) => {
      const held = paces.get(id);
      if (held) held.take(events);
      else follower.onEvents(events);
    },
    onConnection: (stands) => setSilence(id, stands ? null : "trying"),
    onRefused: () => void askWhy(id, follower),
  });
  streams.set(id, stop);
}

/** Slow down the events of a run that starts now, so that people can watch it learn. */
export function slowly(id: string, follower: Follower): void {
  if (!still.matches) paces.set(id, pace(follower.onEvents));
}

/** Show all received events of a run at once. */
export function hurry(id: string): void {
  paces.get(id)?.flush();
}

/** Stop following a run. */
export function leave(id: string): void {
  streams.get(id)?.();
  streams.delete(id);
  paces.get(id)?.stop();
  paces.delete(id);
  setSilence(id, null);
}

export function leaveAll(): void {
  for (const id of [...streams.keys()]) leave(id);
}

/** Find out why a stream was refused: an unknown run, an unreachable service, or just a busy one. */
async function askWhy(id: string, follower: Follower): Promise<void> {
  const controller = new AbortController();
  streams.set(id, () => controller.abort());
  try {
    await request<object>(`v1/training/${encodeURIComponent(id)}`, { signal: controller.signal });
    setSilence(id, "trying");
    const timer = setTimeout(() => {
      streams.delete(id);
      follow(id, follower);
    }, PAUSE);
    streams.set(id, () => clearTimeout(timer));
  } catch (error) {
    if (isAbort(error)) return;
    if (error instanceof ApiError && error.status === 404) {
      leave(id);
      follower.onUnknown();
    } else {
      streams.delete(id);
      setSilence(id, "refused");
    }
  }
}

function setSilence(id: string, silence: Silence | null): void {
  if ((silences.peek().get(id) ?? null) === silence) return;
  const map = new Map(silences.peek());
  if (silence) map.set(id, silence);
  else map.delete(id);
  silences.value = map;
}
