/** The sheet of strokes, kept as data, so that they survive a resize, a theme change or another view. */
import { computed, signal } from "@preact/signals";
import { contain, type Placement, type Point, type Rect, type Size, union } from "./geometry";

/** A pen position and line width, in paper units. */
export type InkPoint = Point & { width: number };
export type Stroke = readonly InkPoint[];

const NO_PAPER: Rect = { x: 0, y: 0, width: 1, height: 1 };

export class Sheet {
  readonly #strokes = signal<readonly Stroke[]>([]);
  readonly #past = signal<readonly (readonly Stroke[])[]>([]);
  #paper = NO_PAPER;

  readonly strokes = computed(() => this.#strokes.value);
  readonly isEmpty = computed(() => this.#strokes.value.length === 0);
  readonly canUndo = computed(() => this.#past.value.length > 0);

  add(stroke: Stroke): void {
    this.replace([...this.#strokes.peek(), stroke]);
  }

  /** Replace all strokes; like every change here, this can be undone. */
  replace(strokes: readonly Stroke[]): void {
    this.#past.value = [...this.#past.peek(), this.#strokes.peek()];
    this.#strokes.value = strokes;
  }

  clear(): void {
    if (!this.isEmpty.peek()) this.replace([]);
  }

  undo(): void {
    const before = this.#past.peek().at(-1);
    if (!before) return;
    this.#past.value = this.#past.peek().slice(0, -1);
    this.#strokes.value = before;
  }

  /**
   * The mapping from the paper to a canvas of this size.
   *
   * An empty sheet uses the canvas's pixels as units. Once there is ink, the whole paper stays visible: on a smaller
   * or rotated canvas it is scaled down.
   */
  placement(canvas: Size): Placement {
    if (this.isEmpty.peek()) this.#paper = { x: 0, y: 0, ...canvas };
    const ink = boundsOf(this.#strokes.peek());
    return contain(ink ? union(this.#paper, ink) : this.#paper, canvas);
  }
}

/** The bounding box of the ink, pen width included; null if there is none. */
export function boundsOf(strokes: readonly Stroke[]): Rect | null {
  const points = strokes.flat();
  if (points.length === 0) return null;
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { x, y, width } of points) {
    left = Math.min(left, x - width / 2);
    top = Math.min(top, y - width / 2);
    right = Math.max(right, x + width / 2);
    bottom = Math.max(bottom, y + width / 2);
  }
  return { x: left, y: top, width: right - left, height: bottom - top };
}
