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
