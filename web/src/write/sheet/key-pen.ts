/** A keyboard pen: arrow keys move it, space puts it down and lifts it. */
import type { Point, Size } from "../geometry/geometry";

const MOVES: Record<string, Point> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
};

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
