/**
 * A training run's event stream; a broken connection is reopened after the last event received.
 *
 * An EventSource would do that by itself, but it cannot send a token.
 */
import { ask, isAbort, pause } from "../../api";
import { language } from "../../language";
import { EVENT_NAMES, type EventName, type TrainingEvent } from "./run";

interface Listener {
  /** Events in order, a few at a time. */
  onEvents(events: readonly TrainingEvent[]): void;
  /** The connection is open, or it broke and will be retried. */
  onConnection(stands: boolean): void;
  /** The service refused the stream; it is not retried. */
  onRefused(): void;
}

const LAST = new Set<EventName>(["done", "stopped", "failed"]);
const NAMES = new Set<string>(EVENT_NAMES);
const GATHERED = 50; // milliseconds: several steps are drawn at once, so that drawing keeps up with fast training
const RETRY = 2; // seconds before a broken connection is retried

/** Follow the events until the run has ended; return a function that stops following. */
export function listen(id: string, listener: Listener): () => void {
  const controller = new AbortController();
  const gathered = gather(listener);
  void hearAll(id, listener, gathered, controller.signal).catch((error) => {
    if (!isAbort(error)) throw error;
  });
  return () => {
    controller.abort();
    gathered.drop();
  };
}

async function hearAll(id: string, listener: Listener, heard: Gathered, signal: AbortSignal): Promise<void> {
  const path = `v1/training/${encodeURIComponent(id)}/events?lang=${language.peek()}`;
  let last = "0";
  for (;;) {
    try {
      const response = await ask(path, { headers: { "Last-Event-ID": last }, cache: "no-store", signal });
      if (response.status === 204) return;
      if (!response.ok || !response.body) {
        listener.onRefused();
        return;
      }
      listener.onConnection(true);
      for await (const event of eventsOf(response.body)) {
        last = String(event.id);
        heard.add(event);
        if (!LAST.has(event.name)) continue;
        heard.tell();
        return;
      }
    } catch (error) {
      if (isAbort(error)) throw error; // otherwise the connection broke or could not be opened
    }
    heard.tell();
    listener.onConnection(false);
    await pause(RETRY, signal);
  }
}

/** The events of a stream: "id", "event" and "data" on a line each, then an empty line. */
export async function* eventsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<TrainingEvent> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const blocks = (text + decoder.decode(value, { stream: true })).split("\n\n");
      text = blocks.pop() ?? "";
      for (const block of blocks) {
        const event = eventOf(block);
        if (event) yield event;
      }
    }
  } finally {
    void reader.cancel().catch(() => undefined);
  }
}

function eventOf(block: string): TrainingEvent | null {
  const fields = new Map<string, string>();
  for (const line of block.split("\n")) {
    const [, name, value] = /^(\w+): ?(.*)$/.exec(line) ?? []; // a comment begins with its colon
    if (name !== undefined && value !== undefined) fields.set(name, value);
  }
  const name = fields.get("event") ?? "";
  if (!NAMES.has(name)) return null;
  const id = Number.parseInt(fields.get("id") ?? "", 10);
  return { id, name: name as EventName, data: JSON.parse(fields.get("data") ?? "{}") };
}

interface Gathered {
  add(event: TrainingEvent): void;
  /** Deliver the collected events now. */
  tell(): void;
  /** Deliver nothing more. */
  drop(): void;
}

function gather(listener: Listener): Gathered {
  let events: TrainingEvent[] = [];
  let timer = 0;
  const tell = () => {
    clearTimeout(timer);
    timer = 0;
    const heard = events;
    events = [];
    if (heard.length) listener.onEvents(heard);
  };
  return {
    tell,
    add: (event) => {
      events.push(event);
      timer ||= setTimeout(tell, GATHERED);
    },
    drop: () => {
      clearTimeout(timer);
      events = [];
    },
  };
}
