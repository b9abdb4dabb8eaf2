/**
 * A training's event stream, listened to; where the connection breaks, it is opened again after what was heard last.
 *
 * An EventSource would do that by itself, but it cannot show a token.
 */
import { ask, isAbort, pause } from "../../api";
import { language } from "../../language";
import { EVENT_NAMES, type EventName, type TrainingEvent } from "./run";

export interface Listener {
  /** Events in their order, a handful at a time. */
  onEvents(events: readonly TrainingEvent[]): void;
  /** The connection stands, or it broke and will be tried again. */
  onConnection(stands: boolean): void;
  /** The service refused the stream, and it is not tried again. */
  onRefused(): void;
}

const LAST = new Set<EventName>(["done", "stopped", "failed"]);
const NAMES = new Set<string>(EVENT_NAMES);
const GATHERED = 50; // milliseconds: several steps are drawn at once, so that drawing keeps up with a fast training
const RETRY = 2; // seconds after which a broken connection is tried again

/** Listen until the training has ended. Returns what stops listening. */
export function listen(id: string, listener: Listener): () => void {
  const given = new AbortController();
  const gathered = gather(listener);
  void hearAll(id, listener, gathered, given.signal).catch((error) => {
    if (!isAbort(error)) throw error;
  });
  return () => {
    given.abort();
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
      if (isAbort(error)) throw error; // else the connection broke, or none could be had
    }
    heard.tell();
    listener.onConnection(false);
    await pause(RETRY, signal);
  }
}

/** The events of a stream, as the service writes them: "id", "event" and "data" on a line each, then an empty line. */
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
  /** Tell at once what has been gathered. */
  tell(): void;
  /** Tell nothing more. */
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
