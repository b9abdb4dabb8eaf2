/**
 * Canvases with a pixel for each cell, from which a frame is put together.
 *
 * WebKit looks at a canvas that is drawn on another only when the whole frame is shown. One that had been painted anew
 * by then would be seen wherever it was drawn, so no two pictures of a frame share one.
 */
type Scratch = OffscreenCanvasRenderingContext2D;

/** Those of one canvas on the page; its next frame takes the same ones again. */
export class Scratches {
  readonly #made = new Map<number, Scratch[]>();
  readonly #used = new Map<number, number>();

  /** The next frame begins. */
  rewind(): void {
    this.#used.clear();
  }

  /** One that this frame has not used yet; null if the browser has none. */
  next(side: number): Scratch | null {
    const used = this.#used.get(side) ?? 0;
    const made = this.#made.get(side) ?? [];
    const scratch =
      made[used] ?? new OffscreenCanvas(side, side).getContext("2d", { willReadFrequently: true });
    if (!scratch) return null;
    made[used] = scratch;
    this.#made.set(side, made);
    this.#used.set(side, used + 1);
    return scratch;
  }
}

const scratches = new WeakMap<CanvasRenderingContext2D, Scratches>();

/** Those of a canvas, for its next frame. */
export function scratchesOf(context: CanvasRenderingContext2D): Scratches {
  const own = scratches.get(context) ?? new Scratches();
  scratches.set(context, own);
  own.rewind();
  return own;
}
