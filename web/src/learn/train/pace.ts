/** A small network trains in a second; this delays its events so that people can watch it learn. */
import type { TrainingEvent } from "./run";

/** The minimum duration of a whole run on screen; half of it for half of the steps. */
const LEAST = 4000; // milliseconds
const TICK = 40; // milliseconds

/** A small network trains in a second; this delays its events so that people can watch it learn. */
export interface Pace {
  take(events: readonly TrainingEvent[]): void;
  /** Release all pending events. */
  flush(): void;
  /** Drop all pending events. */
  stop(): void;
}

/** Release events in order, each when its step is due; slower ones pass at once. */
export function pace(tell: (events: readonly TrainingEvent[]) => void, now = () => performance.now()): Pace {
  let waiting: TrainingEvent[] = [];
  let steps = 0;
  let began: number | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function letOut(): void {
    timer = undefined;
    began ??= now();
    const visible = ((now() - began) / LEAST) * steps;
    const early = waiting.findIndex((event) => Number(event.data.step ?? 0) > visible);
    const count = early < 0 ? waiting.length : early;
    const ready = waiting.slice(0, count);
    waiting = waiting.slice(count);
    if (waiting.length) timer = setTimeout(letOut, TICK);
    if (ready.length) tell(ready);
  }

  return {
    take(events) {
      for (const { name, data } of events) {
        if (name === "started") steps = Number((data.recipe as { steps?: number } | undefined)?.steps ?? 0);
      }
      waiting.push(...events);
      if (timer === undefined && waiting.length) letOut();
    },
    flush() {
      clearTimeout(timer);
      timer = undefined;
      const events = waiting;
      waiting = [];
      if (events.length) tell(events);
    },
    stop() {
      clearTimeout(timer);
      timer = undefined;
      waiting = [];
    },
  };
}
