/** A small network learns in a second; here its events are let out so that one can watch it learn. */
import type { TrainingEvent } from "./run";

/** How long a whole training takes to be seen, at least; half of it for half of the steps. */
const LEAST = 4000; // milliseconds
const TICK = 40; // milliseconds

export interface Pace {
  take(events: readonly TrainingEvent[]): void;
  /** Let out all that waits. */
  flush(): void;
  /** Forget what waits. */
  stop(): void;
}

/** Let events out in their order, each when its step may be seen; what comes slower goes through as it comes. */
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
