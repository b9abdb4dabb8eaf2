/** An ink map becomes boxes: connected components, joined into digits and put into reading order. */
import { MAX_COMPARED, MIN_WRITING, SOLID, SPECK, WRITTEN } from "../generated/ink/paper";
import { SAME_LINE } from "../generated/reading";
import { type Box, bottomOf, boxOf, rightOf, union } from "./boxes";
import { Room } from "./loops/loops";
import type { Grey } from "./picture";

/** A connected component: its box and how many pixels it has. */
export interface Component {
  readonly box: Box;
  readonly area: number;
}

interface Labelled {
  /** For each pixel the number of its component, from 1; 0 is the background. */
  readonly labels: Int32Array;
  readonly components: readonly Component[];
}

/** Number the connected components of the pixels that are `least` or more, with eight neighbours, by union-find. */
export function labelled(ink: Grey, least: number): Labelled {
  const { labels, roots, starts, ends } = touching(ink, least);
  const none = () => new Int32Array(roots.length);
  const [left, right, bottom, areas] = [none().fill(ink.width), none(), none(), none()];
  const [top, blocks] = [none().fill(ink.height), none().fill(labels.length)];
  const across = (ink.width + 1) >> 1;
  for (let y = 0; y < ink.height; y++) {
    const end = ends[y] as number;
    for (let x = starts[y] as number, index = y * ink.width + x; x < end; x++, index++) {
      const root = labels[index] as number;
      if (!root) continue;
      const block = (y >> 1) * across + (x >> 1);
      if (block < (blocks[root] as number)) blocks[root] = block;
      if (y < (top[root] as number)) top[root] = y;
      if (x < (left[root] as number)) left[root] = x;
      if (x >= (right[root] as number)) right[root] = x + 1;
      bottom[root] = y + 1;
      areas[root] = (areas[root] as number) + 1;
    }
  }
  const at = (values: Int32Array, root: number) => values[root] as number;
  const rootLabels: number[] = [];
  for (let root = 1; root < roots.length; root++) if (areas[root]) rootLabels.push(root);
  // in the order of the first block of 2x2 pixels that each is seen in, as OpenCV numbers them
  rootLabels.sort((a, b) => at(blocks, a) - at(blocks, b));
  const numbers = none();
  for (const [index, root] of rootLabels.entries()) numbers[root] = index + 1;
  for (let y = 0; y < ink.height; y++) {
    const end = y * ink.width + (ends[y] as number);
    for (let index = y * ink.width + (starts[y] as number); index < end; index++)
      labels[index] = numbers[labels[index] as number] as number;
  }
  const components = rootLabels.map((root) => {
    const [x, y] = [at(left, root), at(top, root)];
    return { box: boxOf(x, y, at(right, root) - x, at(bottom, root) - y), area: at(areas, root) };
  });
  return { labels, components };
}

/** Give pixels that touch the same label, that of a root; with where the ink of each row begins and ends. */
function touching({ width, height, pixels }: Grey, least: number) {
  // of the four pixels of a square, at most one begins a component
  const most = ((width + 1) >> 1) * ((height + 1) >> 1) + 1;
  const wide = width + 2; // with a rim of paper
  const room = new Room(pixels.length + 4 * (wide * (height + 2) + most + 2 * height));
  const content = room.copy(pixels);
  const [rimmed, parents] = [room.wholes(wide * (height + 2)), room.wholes(most)];
  const [starts, ends] = [room.wholes(height), room.wholes(height)];
  const count = room.loops.label(
    ...[content.byteOffset, rimmed.byteOffset, width, height, least],
    ...[parents.byteOffset, starts.byteOffset, ends.byteOffset],
  );
  const roots = parents.slice(0, count);
  // a root has the smallest label
  for (let label = 1; label < count; label++) roots[label] = roots[roots[label] as number] as number;
  const labels = new Int32Array(width * height);
  for (let y = 0; y < height; y++) {
    const end = ends[y] as number;
    let from = (y + 1) * wide + 1 + (starts[y] as number);
    for (let x = starts[y] as number, index = y * width + x; x < end; x++, index++, from++)
      labels[index] = roots[rimmed[from] as number] as number;
  }
  return { labels, roots, starts: starts.slice(), ends: ends.slice() };
}

/** The components of an ink map, without specks, ruled lines and frames around other components. */
export function componentsOf(ink: Grey): Component[] {
  return componentsAndSpecks(ink).components;
}

/** The components of an ink map and, apart, those too small to be digits, such as points. */
export function componentsAndSpecks(ink: Grey): { components: Component[]; specks: Component[] } {
  const all = labelled(ink, SOLID).components;
  const printed = printedOf(all, ink);
  const components = all.filter((_, index) => !printed[index]);
  const longest = Math.max(...components.map(({ box }) => Math.max(box.width, box.height)));
  const isLarge = ({ box }: Component) => Math.max(box.width, box.height) >= SPECK * longest;
  return {
    components: components.filter(isLarge),
    specks: components.filter((component) => !isLarge(component)),
  };
}

/** Mark ruled lines, and frames or rings around other components; nothing if that would leave no writing. */
function printedOf(components: readonly Component[], { width: wide, height: high }: Grey): boolean[] {
  const marks = components.map(
    ({ box: { width, height } }) =>
      // a 1 is also such a line, but it seldom spans the picture
      (width >= 8 * height && width >= 0.3 * wide) || (height >= 8 * width && height >= 0.95 * high),
  );
  const hollow = components
    .map((_, index) => index)
    .filter((index) => {
      const { box, area } = components[index] as Component;
      return area < 0.1 * box.width * box.height && !marks[index];
    })
    .sort((a, b) => (components[b] as Component).box.height - (components[a] as Component).box.height)
    // a page of writing has a hundred times fewer
    .slice(0, Math.floor(MAX_COMPARED / components.length));
  for (const index of hollow) {
    const { box } = components[index] as Component;
    marks[index] = components.some(
      ({ box: inner }) =>
        inner.x > box.x &&
        inner.y > box.y &&
        rightOf(inner) < rightOf(box) &&
        bottomOf(inner) < bottomOf(box) &&
        inner.height >= WRITTEN * box.height,
    );
  }
  const rest = components
    .filter((_, index) => !marks[index])
    .map(({ box }) => Math.max(box.width, box.height));
  // a 1 among specks is not ruling: what remains must be large enough to be writing
  return Math.max(0, ...rest) >= MIN_WRITING * Math.max(wide, high) ? marks : marks.map(() => false);
}

/** The height of the writing: half of the ink is in components at least this tall. */
export function letterHeight(components: readonly Component[], { width: wide, height: high }: Grey): number {
  const written = components.filter(
    ({ box: { width, height } }) => !(width >= 0.95 * wide || (height >= 0.95 * high && width >= 0.8 * wide)),
  );
  const writing = (written.length ? written : [...components]).sort((a, b) => a.box.height - b.box.height);
  const half = writing.reduce((sum, { area }) => sum + area, 0) / 2;
  let seen = 0;
  const middle = writing.find(({ area }) => {
    seen += area;
    return seen >= half;
  });
  return middle?.box.height ?? Number.NaN;
}

/** Join boxes above each other, such as the two strokes of a 5; and boxes nearer than `near` times the taller one. */
export function joined(boxes: readonly Box[], near = 0): Box[] {
  const left = [...boxes];
  for (let index = 0; index < left.length; index++)
    for (let next = index + 1; next < left.length; next++) {
      const [first, second] = [left[index], left[next]] as [Box, Box];
      if (!belongTogether(first, second) && !areNear(first, second, near)) continue;
      left[index] = union(first, second);
      left.splice(next, 1);
      index = -1;
      break;
    }
  return left;
}

/** Group boxes into lines from top to bottom, each from left to right; return their positions. */
export function inReadingOrder(boxes: readonly Box[]): number[][] {
  const at = (index: number) => boxes[index] as Box;
  const lines: number[][] = [];
  const starts: Starts[] = [];
  // the bottom of each line, in order; nothing whose middle is lower reaches a line that ends above its top
  const bottoms: { bottom: number; line: number }[] = [];
  const byHeight = boxes.map((_, index) => index).sort((a, b) => middleY(at(a)) - middleY(at(b)));
  for (const index of byHeight) {
    const box = at(index);
    let best: { away: number; line: number; from: number } | null = null;
    for (let from = firstOf(bottoms, ({ bottom }) => bottom > box.y); from < bottoms.length; from++) {
      const { line } = bottoms[from] as { line: number };
      const near = at((starts[line] as Starts).nearest(box.x));
      if (sharedHeight(near, box) < SAME_LINE) continue;
      // sloping lines also fit at their far ends, so the nearest neighbour decides
      const away = Math.abs(near.x - box.x);
      if (!best || away < best.away || (away === best.away && line < best.line)) best = { away, line, from };
    }
    const line = best?.line ?? lines.push([]) - 1;
    if (!best) starts.push(new Starts());
    const before = best ? bottoms.splice(best.from, 1)[0]?.bottom : undefined;
    const bottom = Math.max(before ?? bottomOf(box), bottomOf(box));
    const to = firstOf(bottoms, (lineBottom) => lineBottom.bottom > bottom);
    bottoms.splice(to, 0, { bottom, line });
    (lines[line] as number[]).push(index);
    (starts[line] as Starts).add(box.x, index);
  }
  return lines.map((line) => line.sort((a, b) => at(a).x + at(a).width / 2 - (at(b).x + at(b).width / 2)));
}

/** The left edges of a line's boxes, in order, so that the nearest one is found without looking at all. */
class Starts {
  readonly #edges: { x: number; turn: number; index: number }[] = [];

  /** Add a box; of several with one left edge, the first counts. */
  add(x: number, index: number): void {
    const at = firstOf(this.#edges, (edge) => edge.x >= x);
    if (this.#edges[at]?.x !== x) this.#edges.splice(at, 0, { x, turn: this.#edges.length, index: index });
  }

  /** The position of the box whose left edge is nearest; of two, the one that was added first. */
  nearest(x: number): number {
    const at = firstOf(this.#edges, (edge) => edge.x >= x);
    const [before, after] = [this.#edges[at - 1], this.#edges[at]];
    if (!before || !after) return (before ?? after)?.index ?? -1;
    const further = x - before.x - (after.x - x);
    return further < 0 || (further === 0 && before.turn < after.turn) ? before.index : after.index;
  }
}

/** The index of the first value for which a condition holds; it must hold for all that follow. */
function firstOf<Each>(values: readonly Each[], holds: (value: Each) => boolean): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(values[middle] as Each)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function middleY({ y, height }: Box): number {
  return y + height / 2;
}

function sharedHeight(a: Box, b: Box): number {
  const both = Math.min(bottomOf(a), bottomOf(b)) - Math.max(a.y, b.y);
  return both / Math.max(Math.min(a.height, b.height), 1e-6);
}

/** Whether one box covers most of the other's width and is close to it. */
function belongTogether(a: Box, b: Box): boolean {
  const across = Math.min(rightOf(a), rightOf(b)) - Math.max(a.x, b.x);
  if (across < 0.5 * Math.min(a.width, b.width)) return false;
  const apart = Math.max(a.y, b.y) - Math.min(bottomOf(a), bottomOf(b));
  return apart < 0.35 * Math.max(a.height, b.height);
}

function areNear(a: Box, b: Box, near: number): boolean {
  const across = Math.max(a.x, b.x) - Math.min(rightOf(a), rightOf(b));
  const down = Math.max(a.y, b.y) - Math.min(bottomOf(a), bottomOf(b));
  return Math.max(across, down) < near * Math.max(a.height, b.height);
}
