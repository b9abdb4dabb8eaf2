import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { TrainingEvent } from "../runs/run";
import { pace } from "./pace";

const STARTED: TrainingEvent = { id: 1, name: "started", data: { recipe: { steps: 100 } } };

function at(step: number): TrainingEvent {
  return { id: step + 1, name: step === 100 ? "done" : "progress", data: { step } };
}

describe("pacing a training", () => {
  let seen: TrainingEvent[];
  const tell = (events: readonly TrainingEvent[]) => seen.push(...events);
  beforeEach(() => {
    vi.useFakeTimers();
    seen = [];
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("shows half of the steps at half-time and all of them in the end, in order", () => {
    const all = [STARTED, ...Array.from({ length: 10 }, (_, index) => at((index + 1) * 10))];
    pace(tell).take(all);
    expect(seen).toEqual([STARTED]);
    vi.advanceTimersByTime(2050);
    expect(seen).toEqual(all.slice(0, 6));
    vi.advanceTimersByTime(2050);
    expect(seen).toEqual(all);
  });

  it("does not hold back a training that is slow itself", () => {
    const slow = pace(tell);
    slow.take([STARTED]);
    vi.advanceTimersByTime(3000);
    slow.take([at(70)]);
    expect(seen).toEqual([STARTED, at(70)]);
  });

  it("lets everything out at once, or nothing more, when told so", () => {
    const flushed = pace(tell);
    flushed.take([STARTED, at(50), at(100)]);
    flushed.flush();
    expect(seen).toHaveLength(3);
    const stopped = pace(tell);
    stopped.take([STARTED, at(50)]);
    stopped.stop();
    vi.advanceTimersByTime(5000);
    expect(seen).toHaveLength(4);
  });
});
