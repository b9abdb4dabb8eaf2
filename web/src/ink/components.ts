/** An ink map becomes boxes: connected components, joined into digits and put into reading order. */
import { type Box, bottomOf, boxOf, rightOf, union } from "./boxes";
import type { Grey } from "./picture";

/** Ink below this is the pale edge of a stroke, or paper. */
export const SOLID = 60;

const SPECK = 0.12;
const LEAST_WRITING = 0.03;
const WRITTEN = 0.12;
const SAME_LINE = 0.35;

/** A connected component: its box and how many pixels it has. */
export interface Component {
  readonly box: Box;
  readonly area: number;
}

export interface Labelled {
  /** For each pixel the number of its component, from 1; 0 is the background. */
  readonly labels: Int32Array;
  readonly components: readonly Component[];
}

/** Number the connected components of the pixels that are `least` or more, with eight neighbours, by union-find. */
export function labelled({ width, height, pixels }: Grey, least: number): Labelled {
  const labels = new Int32Array(pixels.length);
  const inked: number[] = [];
  const parents = [0];
  const rootOf = (label: number) => {
    let root = label;
    while (parents[root] !== root) root = parents[root] as number;
    for (let each = label; each !== root; ) [each, parents[each]] = [parents[each] as number, root];
    return root;
  };
  for (let y = 0, place = 0; y < height; y++)
    for (let x = 0; x < width; x++, place++) {
      if ((pixels[place] as number) < least) continue;
      let label = x > 0 ? (labels[place - 1] as number) : 0;
      const last = x + 1 < width ? x + 1 : x;
      for (let above = x > 0 ? x - 1 : 0; y > 0 && above <= last; above++) {
        const other = labels[place - width - x + above] as number;
        if (!other || other === label) continue;
        if (!label) label = other;
        else {
          const [one, two] = [rootOf(label), rootOf(other)];
          parents[Math.max(one, two)] = Math.min(one, two);
        }
      }
      if (!label) label = parents.push(parents.length) - 1;
      labels[place] = label;
      inked.push(place);
    }
  const roots = Int32Array.from(parents, (_, label) => rootOf(label));
  return numbered(labels, inked, roots, width);
}

interface Extent {
  block: number;
  left: number;
  top: number;
  right: number;
  bottom: number;
  area: number;
}

/** Number components in the order of the first block of 2x2 pixels that each is seen in, as OpenCV does. */
function numbered(labels: Int32Array, inked: readonly number[], roots: Int32Array, width: number): Labelled {
  const found = new Map<number, Extent>();
  const blocks = (width + 1) >> 1;
  for (const place of inked) {
    const root = roots[labels[place] as number] as number;
    const y = Math.floor(place / width);
    const x = place - y * width;
    const block = (y >> 1) * blocks + (x >> 1);
    const each = found.get(root);
    if (each) {
      if (block < each.block) each.block = block;
      if (x < each.left) each.left = x;
      if (x >= each.right) each.right = x + 1;
      each.bottom = y + 1;
      each.area++;
    } else found.set(root, { block, left: x, top: y, right: x + 1, bottom: y + 1, area: 1 });
  }
  const inOrder = [...found].sort((one, other) => one[1].block - other[1].block);
  const numbers = new Int32Array(roots.length);
  for (const [place, [root]] of inOrder.entries()) numbers[root] = place + 1;
  for (const place of inked) labels[place] = numbers[roots[labels[place] as number] as number] as number;
  const components = inOrder.map(([, { left, top, right, bottom, area }]) => ({
    box: boxOf(left, top, right - left, bottom - top),
    area,
  }));
  return { labels, components };
}

/** The components of an ink map, without specks, ruled lines and frames around other components. */
export function componentsOf(ink: Grey): Component[] {
  const all = labelled(ink, SOLID).components;
  const printed = printedOf(all, ink);
  const found = all.filter((_, place) => !printed[place]);
  const longest = Math.max(...found.map(({ box }) => Math.max(box.width, box.height)));
  return found.filter(({ box }) => Math.max(box.width, box.height) >= SPECK * longest);
}

/** Mark ruled lines, and frames or rings around other components; nothing if that would leave no writing. */
function printedOf(found: readonly Component[], { width: wide, height: high }: Grey): boolean[] {
  const marks = found.map(
    ({ box: { width, height } }) =>
      // a 1 is also such a line, but it seldom spans the picture
      (width >= 8 * height && width >= 0.3 * wide) || (height >= 8 * width && height >= 0.95 * high),
  );
  const hollow = found
    .map((_, place) => place)
    .filter((place) => {
      const { box, area } = found[place] as Component;
      return area < 0.1 * box.width * box.height && !marks[place];
    });
  for (const place of hollow) {
    const { box } = found[place] as Component;
    marks[place] = found.some(
      ({ box: other }) =>
        other.x > box.x &&
        other.y > box.y &&
        rightOf(other) < rightOf(box) &&
        bottomOf(other) < bottomOf(box) &&
        other.height >= WRITTEN * box.height,
    );
  }
  const rest = found.filter((_, place) => !marks[place]).map(({ box }) => Math.max(box.width, box.height));
  // a 1 among specks is not ruling: what remains must be large enough to be writing
  return Math.max(0, ...rest) >= LEAST_WRITING * Math.max(wide, high) ? marks : marks.map(() => false);
}

/** The height of the writing: half of the ink is in components at least this tall. */
export function letterHeight(found: readonly Component[], { width: wide, height: high }: Grey): number {
  const written = found.filter(
    ({ box: { width, height } }) => !(width >= 0.95 * wide || (height >= 0.95 * high && width >= 0.8 * wide)),
  );
  const writing = (written.length ? written : [...found]).sort(
    (one, other) => one.box.height - other.box.height,
  );
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
  for (let place = 0; place < left.length; place++)
    for (let other = place + 1; other < left.length; other++) {
      const [one, two] = [left[place], left[other]] as [Box, Box];
      if (!belongTogether(one, two) && !areNear(one, two, near)) continue;
      left[place] = union(one, two);
      left.splice(other, 1);
      place = -1;
      break;
    }
  return left;
}

/** Group boxes into lines from top to bottom, each from left to right; return their positions. */
export function inReadingOrder(boxes: readonly Box[]): number[][] {
  const at = (place: number) => boxes[place] as Box;
  const lines: number[][] = [];
  const byHeight = boxes.map((_, place) => place).sort((a, b) => middleY(at(a)) - middleY(at(b)));
  for (const place of byHeight) {
    const away = (each: number) => Math.abs(at(each).x - at(place).x);
    const nearest = (line: number[]) => line.reduce((best, each) => (away(each) < away(best) ? each : best));
    // sloping lines also fit at their far ends, so the nearest neighbour decides
    const fitting = lines.filter((line) => sharedHeight(at(nearest(line)), at(place)) >= SAME_LINE);
    if (fitting.length)
      fitting.reduce((best, line) => (away(nearest(line)) < away(nearest(best)) ? line : best)).push(place);
    else lines.push([place]);
  }
  return lines.map((line) => line.sort((a, b) => at(a).x + at(a).width / 2 - (at(b).x + at(b).width / 2)));
}

function middleY({ y, height }: Box): number {
  return y + height / 2;
}

function sharedHeight(one: Box, other: Box): number {
  const both = Math.min(bottomOf(one), bottomOf(other)) - Math.max(one.y, other.y);
  return both / Math.max(Math.min(one.height, other.height), 1e-6);
}

/** Whether one box covers most of the other's width and is close to it. */
function belongTogether(one: Box, other: Box): boolean {
  const across = Math.min(rightOf(one), rightOf(other)) - Math.max(one.x, other.x);
  if (across < 0.5 * Math.min(one.width, other.width)) return false;
  const apart = Math.max(one.y, other.y) - Math.min(bottomOf(one), bottomOf(other));
  return apart < 0.35 * Math.max(one.height, other.height);
}

function areNear(one: Box, other: Box, near: number): boolean {
  const across = Math.max(one.x, other.x) - Math.min(rightOf(one), rightOf(other));
  const down = Math.max(one.y, other.y) - Math.min(bottomOf(one), bottomOf(other));
  return Math.max(across, down) < near * Math.max(one.height, other.height);
}
