/** Mouse, touch and pen events become strokes. A pen overrides touch, so that a resting palm writes nothing. */
import type { Point, Size } from "../geometry";

/** A position on the element in CSS pixels, and the pen pressure: 1 is normal. */
type PenPoint = Point & { pressure: number };

interface PenListener {
  start(point: PenPoint): void;
  move(points: PenPoint[]): void;
  /** The pen was lifted. */
  end(): void;
  /** The stroke is cancelled: it was a palm or a system gesture. */
  drop(): void;
}

const PALM_REST = 600; // ms during which touch is ignored after a pen was near

/** Listen on an element until the returned function is called. */
export function listenToPen(element: HTMLElement, listener: PenListener): () => void {
  let active: { id: number; type: string } | null = null;
  let penSeen = Number.NEGATIVE_INFINITY;

  const at = (event: PointerEvent): PenPoint => {
    const frame = element.getBoundingClientRect();
    return { x: event.clientX - frame.left, y: event.clientY - frame.top, pressure: pressureOf(event) };
  };
  const down = (event: PointerEvent) => {
    if (event.button !== 0) return;
    if (event.pointerType === "touch" && event.timeStamp - penSeen < PALM_REST) return;
    if (active && !(event.pointerType === "pen" && active.type === "touch")) return;
    if (active) listener.drop();
    active = { id: event.pointerId, type: event.pointerType };
    // a pointer that is already gone cannot be captured; its end event still arrives
    if (event.isTrusted) element.setPointerCapture(event.pointerId);
    listener.start(at(event));
  };
  const move = (event: PointerEvent) => {
    if (event.pointerType === "pen") penSeen = event.timeStamp;
    if (active?.id !== event.pointerId) return;
    const all = event.getCoalescedEvents?.() ?? [];
    listener.move((all.length > 0 ? all : [event]).map(at));
  };
  const up = (event: PointerEvent) => {
    if (active?.id !== event.pointerId) return;
    active = null;
    listener.end();
  };
  const cancel = (event: PointerEvent) => {
    if (active?.id !== event.pointerId) return;
    active = null;
    listener.drop();
  };

  const stop = new AbortController();
  const until = { signal: stop.signal };
  element.addEventListener("pointerdown", down, until);
  element.addEventListener("pointermove", move, until);
  element.addEventListener("pointerup", up, until);
  element.addEventListener("pointercancel", cancel, until);
  return () => stop.abort();
}

/** Only pens report real pressure; other devices report 0.5. */
function pressureOf(event: PointerEvent): number {
  if (event.pointerType !== "pen" || event.pressure === 0 || event.pressure === 0.5) return 1;
  return 0.55 + 0.9 * event.pressure;
}

const MOVES: Record<string, Point> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
};

/** A keyboard pen: arrow keys move it, space puts it down and lifts it. */
export class KeyPen {
  /** The position on the canvas in CSS pixels; outside it until first used. */
  at: Point = { x: -1, y: -1 };
  isDown = false;
  readonly #held = new Set<string>();

  /**
   * Handle a key press. Two arrows held together move diagonally; fine steps are a quarter as long.
   *
   * @returns what it did, or null if the key has no meaning here
   */
  press(key: string, fine: boolean, canvas: Size): "moved" | "down" | "up" | null {
    this.stayOn(canvas);
    if (key === " " || (key === "Escape" && this.isDown)) {
      this.isDown = !this.isDown;
      return this.isDown ? "down" : "up";
    }
    if (!(key in MOVES)) return null;
    this.#held.add(key);
    const step = (fine ? 0.008 : 0.032) * canvas.height;
    for (const key of this.#held) {
      this.at = { x: this.at.x + (MOVES[key]?.x ?? 0) * step, y: this.at.y + (MOVES[key]?.y ?? 0) * step };
    }
    this.at = { x: within(this.at.x, canvas.width), y: within(this.at.y, canvas.height) };
    return "moved";
  }

  release(key: string): void {
    this.#held.delete(key);
  }

  /** Move the pen onto the canvas: above the centre at first, and back inside if the canvas has shrunk. */
  stayOn(canvas: Size): void {
    if (this.at.x < 0) this.at = { x: canvas.width / 2, y: canvas.height / 4 };
    this.at = { x: within(this.at.x, canvas.width), y: within(this.at.y, canvas.height) };
  }

  /** The relative position on a canvas: 0 at the left and top, 1 at the right and bottom. */
  shareOf(canvas: Size): Point {
    return { x: this.at.x / canvas.width, y: this.at.y / canvas.height };
  }

  /** On losing the focus, release all keys and lift the pen. Returns whether it was down. */
  leave(): boolean {
    this.#held.clear();
    const wasDown = this.isDown;
    this.isDown = false;
    return wasDown;
  }
}

function within(value: number, most: number): number {
  return Math.min(Math.max(value, 0), most);
}
