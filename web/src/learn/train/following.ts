/** Which trainings are listened to at the moment, and whether they are heard. */
import { type ReadonlySignal, signal } from "@preact/signals";
import { ApiError, isAbort, request } from "../../api";
import { type Pace, pace } from "./pace";
import type { TrainingEvent } from "./run";
import { listen } from "./stream";

/** "trying": the connection broke and will be tried again; "refused": only a person can have it tried again. */
export type Silence = "trying" | "refused";

const silences = signal<ReadonlyMap<string, Silence>>(new Map());
/** Of trainings whose events do not come at the moment. */
export const silent: ReadonlySignal<ReadonlyMap<string, Silence>> = silences;

export interface Follower {
  onEvents(events: readonly TrainingEvent[]): void;
  /** The service does not know the training. */
  onUnknown(): void;
}

const PAUSE = 2000; // milliseconds before a stream that was refused is asked for again

/** What stops listening, by the training's id. */
const streams = new Map<string, () => void>();
const paces = new Map<string, Pace>();
const still = matchMedia("(prefers-reduced-motion: reduce)");

/** Listen to a training until it has ended; one that is listened to already is left alone. */
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

/** Let a training that starts now be seen as it learns, however fast it is. */
export function slowly(id: string, follower: Follower): void {
  if (!still.matches) paces.set(id, pace(follower.onEvents));
}

/** Show at once all that has come of a training. */
export function hurry(id: string): void {
  paces.get(id)?.flush();
}

/** Do not listen to a training any more. */
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

/** The stream was refused: is the training unknown, does the service not answer, or is it just busy? */
async function askWhy(id: string, follower: Follower): Promise<void> {
  const given = new AbortController();
  streams.set(id, () => given.abort());
  try {
    await request<object>(`v1/training/${encodeURIComponent(id)}`, { signal: given.signal });
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
