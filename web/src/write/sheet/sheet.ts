/** The sheet of strokes, kept as data, so that they survive a resize, a theme change or another view. */
import { computed, signal } from "@preact/signals";
import { union } from "../../ink/boxes";
import type { Correctable } from "../digits";
import { contain, contains, type Placement, type Point, type Rect, type Size } from "../geometry";
import type { Patch } from "../patches";

/** A pen position and line width, in paper units. */
export type InkPoint = Point & { width: number };
export type Stroke = readonly InkPoint[];

const NO_PAPER: Rect = { x: 0, y: 0, width: 1, height: 1 };

/** The strokes of a sheet, and a person's corrections, in paper units. */
export interface Content {
  readonly strokes: readonly Stroke[];
  readonly patches: readonly Patch[];
}

const EMPTY: Content = { strokes: [], patches: [] };

export class Sheet implements Correctable {
  readonly #content = signal(EMPTY);
  readonly #past = signal<readonly Content[]>([]);
  #paper = NO_PAPER;

  readonly content = computed(() => this.#content.value);
  readonly strokes = computed(() => this.#content.value.strokes);
  readonly patches = computed(() => this.#content.value.patches);
  readonly isEmpty = computed(() => this.strokes.value.length === 0);
  readonly canUndo = computed(() => this.#past.value.length > 0);

  add(stroke: Stroke): void {
    const { strokes, patches } = this.#content.peek();
    this.replace({ strokes: [...strokes, stroke], patches });
  }

  correct(patch: Patch): void {
    const { strokes, patches } = this.#content.peek();
    this.replace({ strokes, patches: [...patches, patch] });
  }

  /** Replace everything; like every change here, this can be undone. */
  replace(content: Content): void {
    this.#past.value = [...this.#past.peek(), this.#content.peek()];
    this.#content.value = content;
  }

  clear(): void {
    if (!this.isEmpty.peek()) this.replace(EMPTY);
  }

  undo(): void {
    const before = this.#past.peek().at(-1);
    if (!before) return;
    this.#past.value = this.#past.peek().slice(0, -1);
    this.#content.value = before;
  }

  /** Begin with what was there before; there is nothing to undo. */
  restore(content: Content): void {
    this.#past.value = [];
    this.#content.value = content;
  }

  /** The numbers of the strokes that are mostly in a region. */
  inkAt(region: Rect): number[] {
    return this.strokes.value.flatMap((stroke, index) => {
      const inside = stroke.filter((point) => contains(region, point)).length;
      return inside >= stroke.length / 2 ? [index] : [];
    });
  }

  /**
   * The mapping from the paper to a canvas of this size.
   *
   * An empty sheet uses the canvas's pixels as units. Once there is ink, the whole paper stays visible: on a smaller
   * or rotated canvas it is scaled down.
   */
  placement(canvas: Size): Placement {
    if (this.isEmpty.peek()) this.#paper = { x: 0, y: 0, ...canvas };
    const ink = boundsOf(this.strokes.peek());
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

const THICKEST = 0.2; // of the largest stroke's extent: with a thicker pen, a small 5 closes and looks like an 8
const THINNEST = 3; // paper units

/** The same strokes, no thicker than a small writing bears. A normal one stays as it is, and so do dots alone. */
export function fitting(strokes: readonly Stroke[]): readonly Stroke[] {
  const extents = strokes.map((stroke) => {
    const [xs, ys] = [stroke.map(({ x }) => x), stroke.map(({ y }) => y)];
    return Math.max(Math.max(...xs) - Math.min(...xs), Math.max(...ys) - Math.min(...ys));
  });
  const largest = Math.max(0, ...extents);
  const most = Math.max(THICKEST * largest, THINNEST);
  if (largest === 0 || strokes.every((stroke) => stroke.every(({ width }) => width <= most))) return strokes;
  return strokes.map((stroke) => stroke.map((point) => ({ ...point, width: Math.min(point.width, most) })));
}
