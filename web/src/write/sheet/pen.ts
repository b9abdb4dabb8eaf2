/** Mouse, touch and pen events become strokes. A pen overrides touch, so that a resting palm writes nothing. */
import type { Point } from "../geometry/geometry";

/** A position on the element in CSS pixels, and the pen pressure: 1 is normal. */
type PenPoint = Point & { pressure: number };

export interface PenListener {
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

  element.addEventListener("pointerdown", down);
  element.addEventListener("pointermove", move);
  element.addEventListener("pointerup", up);
  element.addEventListener("pointercancel", cancel);
  return () => {
    element.removeEventListener("pointerdown", down);
    element.removeEventListener("pointermove", move);
    element.removeEventListener("pointerup", up);
    element.removeEventListener("pointercancel", cancel);
  };
}

/** Only pens report real pressure; other devices report 0.5. */
function pressureOf(event: PointerEvent): number {
  if (event.pointerType !== "pen" || event.pressure === 0 || event.pressure === 0.5) return 1;
  return 0.55 + 0.9 * event.pressure;
}
