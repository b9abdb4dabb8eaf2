import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { pace } from "./pace";
import type { TrainingEvent } from "./run";

// the client only needs the address and the language from a browser
beforeAll(() => {
  vi.stubGlobal("location", { search: "?lang=en", pathname: "/", hash: "" });
  vi.stubGlobal("addEventListener", () => undefined);
  vi.stubGlobal("document", { documentElement: {} });
});

const TOLD = [
  'id: 1\nevent: started\ndata: {"recipe": {"steps": 2}}\n\n',
  ": \n\n", // keep-alive
  'id: 2\nevent: failed\ndata: {"detail": "数字: 太大"}\n\n',
  'id: 3\nevent: done\ndata: {"st', // cut off
].join("");

/** The text in pieces of so many bytes, cut anywhere, even within a character. */
function streamOf(text: string, size: number): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  return new ReadableStream({
    start(controller) {
      for (let start = 0; start < bytes.length; start += size)
        controller.enqueue(bytes.slice(start, start + size));
      controller.close();
    },
  });
}

it.each([1, 2, 3, 7, 50, 1000])(
  "events are whole, however they are cut: %i bytes at a time",
  async (size) => {
    const { eventsOf } = await import("./stream");
    const events = [];
    for await (const event of eventsOf(streamOf(TOLD, size))) events.push(event);
    expect(events).toEqual([
      { id: 1, name: "started", data: { recipe: { steps: 2 } } },
      { id: 2, name: "failed", data: { detail: "数字: 太大" } },
    ]);
  },
);

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
