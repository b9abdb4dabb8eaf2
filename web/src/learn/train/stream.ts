/** A training's event stream, listened to; the browser reconnects by itself and says what it heard last. */
import { language } from "../../language";
import { EVENT_NAMES, type TrainingEvent } from "./run";

export interface Listener {
  /** Events in their order, a handful at a time. */
  onEvents(events: readonly TrainingEvent[]): void;
  /** The connection stands, or it broke and the browser is trying again. */
  onConnection(stands: boolean): void;
  /** The browser has given up: the service refused the stream. */
  onRefused(): void;
}

const LAST = new Set(["done", "stopped", "failed"]);
const GATHERED = 50; // milliseconds: several steps are drawn at once, so that drawing keeps up with a fast training

/** Listen until the training has ended. Returns what stops listening. */
export function listen(id: string, listener: Listener): () => void {
  const address = `v1/training/${encodeURIComponent(id)}/events?lang=${language.peek()}`;
  const source = new EventSource(address);
  let heard: TrainingEvent[] = [];
  let timer = 0;

  function tell(): void {
    clearTimeout(timer);
    timer = 0;
    const events = heard;
    heard = [];
    if (events.length) listener.onEvents(events);
  }

  function close(): void {
    source.close();
    clearTimeout(timer);
    heard = [];
  }

  for (const name of EVENT_NAMES) {
    source.addEventListener(name, (message: MessageEvent<string>) => {
      heard.push({ id: Number.parseInt(message.lastEventId, 10), name, data: JSON.parse(message.data) });
      if (LAST.has(name)) {
        source.close();
        tell();
      } else if (!timer) timer = setTimeout(tell, GATHERED);
    });
  }
  source.onopen = () => listener.onConnection(true);
  source.onerror = () => {
    tell();
    if (source.readyState === EventSource.CLOSED) listener.onRefused();
    else listener.onConnection(false);
  };
  return close;
}
