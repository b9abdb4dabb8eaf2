/** Points, rectangles, and mappings between planes: paper to canvas, a picture's pixels to the screen. */

export interface Point {
  x: number;
  y: number;
}

export interface Size {
  width: number;
  height: number;
}

export type Rect = Point & Size;

/** A mapping between planes: `there = here * scale + shift`. */
export interface Placement {
  scale: number;
  x: number;
  y: number;
}

/** Fit a rectangle into an area: whole, centred, as large as possible. */
export function contain(inner: Rect, outer: Size): Placement {
  const scale = Math.min(outer.width / inner.width, outer.height / inner.height);
  return {
    scale,
    x: (outer.width - inner.width * scale) / 2 - inner.x * scale,
    y: (outer.height - inner.height * scale) / 2 - inner.y * scale,
  };
}

export function place({ x, y }: Point, on: Placement): Point {
  return { x: x * on.scale + on.x, y: y * on.scale + on.y };
}

export function placeRect(rect: Rect, on: Placement): Rect {
  return { ...place(rect, on), width: rect.width * on.scale, height: rect.height * on.scale };
}

/** The inverse mapping: `inverse(p)` undoes `p`. */
export function inverse({ scale, x, y }: Placement): Placement {
  return { scale: 1 / scale, x: -x / scale, y: -y / scale };
}

/** First `inner`, then `outer`. */
export function chain(inner: Placement, outer: Placement): Placement {
  return { scale: inner.scale * outer.scale, ...place(inner, outer) };
}

export function contains(rect: Rect, { x, y }: Point): boolean {
  return x >= rect.x && x <= rect.x + rect.width && y >= rect.y && y <= rect.y + rect.height;
}

/** Whether they share an area; touching edges don't count. */
export function overlap(a: Rect, b: Rect): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

/** Place the labels of boxes above or below their box, or hide those that would cover another. */
export interface Wanted {
  /** The width as drawn; a label without a width covers nothing. */
  box: Rect;
  /** "" for a box without a label. */
  text: string;
  /** Where it is tried first. */
  side: "above" | "below";
}

const ABOVE = 6; // CSS pixels between a box and the baseline above it,
const BELOW = 15; // and the baseline below it
const HEIGHT = 12; // of a line, from the baseline up
const DIGIT = 9; // the width of a character,
const IDEOGRAPH = 14; // and of a Chinese one
const INSET = 2;

/**
 * The position of each label, in order; null for one that would be outside or on a box or label of another.
 *
 * @param size of the area
 */
export function positionsOf(labels: readonly Wanted[], size: Size): (Point | null)[] {
  const taken: Rect[] = [];
  return labels.map(({ box, text, side }) => {
    if (text === "") return null;
    const others = [...labels.map((label) => label.box), ...taken].filter((rect) => rect !== box);
    const baselines = [box.y - ABOVE, box.y + box.height + BELOW];
    if (side === "below") baselines.reverse();
    for (const y of baselines) {
      const at = { x: box.x + INSET, y };
      const covered = { x: at.x, y: y - HEIGHT, width: widthOf(text), height: HEIGHT };
      if (covered.y < 0 || y > size.height || others.some((rect) => overlap(rect, covered))) continue;
      taken.push(covered);
      return at;
    }
    return null;
  });
}

function widthOf(text: string): number {
  return [...text].reduce((sum, character) => sum + (character > "\u2e80" ? IDEOGRAPH : DIGIT), 0);
}
