/** The sheet that is written on: strokes kept as data, so that they outlive a resize, a theme, another view. */
import { computed, signal } from "@preact/signals";
import { contain, type Placement, type Point, type Rect, type Size, union } from "./geometry";

/** Where the pen was, and how wide it wrote there. In the units of the paper. */
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

  /** Put other strokes in place of all; like everything here, it can be undone. */
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
   * How the paper lies on a canvas of this size.
   *
   * An empty sheet takes the canvas's own pixels as units. Once there is ink, the paper and all that is written on
   * it are kept whole: on a smaller or turned canvas they are shown smaller.
   */
  placement(canvas: Size): Placement {
    if (this.isEmpty.peek()) this.#paper = { x: 0, y: 0, ...canvas };
    const ink = boundsOf(this.#strokes.peek());
    return contain(ink ? union(this.#paper, ink) : this.#paper, canvas);
  }
}

/** The rectangle that the ink fills, with the width of the pen; null where there is none. */
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
