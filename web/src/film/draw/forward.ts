/** The way of a digit through the network: ink, numbers, windows, maps, and the neurons that are left. */
import { SIDE } from "../../generated/ink/normalize";
import { largestMagnitude } from "../../ink/numbers";
import type { Maps } from "../network";
import { between, gently, progress } from "../story";
import type { Take } from "../take";
import {
  box,
  type Cells,
  COLUMN,
  cells,
  dot,
  evidenceOf,
  INK,
  kernelAt,
  line,
  mapAt,
  neuronAt,
  ROWS,
  rowOf,
  type Shape,
  type Square,
  SWEPT,
  type Tiles,
  text,
  tilesOf,
  WINDOW,
  wantedOf,
} from "./shapes";

const CELL = INK.size / SIDE;
const SEEN = 5; // cells to each side of the middle whose numbers are written
const FAINT = 0.3; // of the strongest: thinner strands are left out

/** The digit: it is written, becomes squares, and numbers where the camera comes near. */
export function ink(take: Take, stroke: Stroke, middle: number, t: number): Shape[] {
  const written = progress(t, "ink", 0.05, 0.85);
  const squares = gently(t, "numbers", 0.02, 0.22);
  const near = gently(t, "numbers", 0.35, 0.5) * (1 - gently(t, "numbers", 0.88, 1));
  return [
    ...(squares < 1 ? [smooth(stroke, written, 1 - squares, INK)] : []),
    ...(squares > 0
      ? [cells({ ...INK, side: SIDE, values: take.image, palette: "ink", full: 255, alpha: squares })]
      : []),
    ...grid(squares * 0.5),
    ...(near > 0 ? numbers(take.image, middle, near) : []),
  ];
}

/** The stroke as a pen left it, as far as it is written. */
export function smooth({ values, order, side }: Stroke, written: number, alpha: number, at: Square): Shape {
  const now =
    written < 1 ? values.map((value, index) => ((order[index] as number) <= written ? value : 0)) : values;
  return cells({ ...at, side, values: now, palette: "ink", full: 255, alpha, isBare: true });
}

function grid(alpha: number): Shape[] {
  if (alpha === 0) return [];
  return Array.from({ length: SIDE + 1 }, (_, index) => index * CELL).flatMap((at) => [
    line({ from: [at, 0], to: [at, INK.size], width: 0.12, colour: "line", alpha }),
    line({ from: [0, at], to: [INK.size, at], width: 0.12, colour: "line", alpha }),
  ]);
}

function numbers(image: Uint8Array, middle: number, alpha: number): Shape[] {
  const [row, column] = [Math.floor(middle / SIDE), middle % SIDE];
  return Array.from(image.keys())
    .filter((index) => Math.abs(Math.floor(index / SIDE) - row) <= SEEN)
    .filter((index) => Math.abs((index % SIDE) - column) <= 2 * SEEN)
    .map((index) => {
      const value = image[index] ?? 0;
      const [x, y] = [((index % SIDE) + 0.5) * CELL, (Math.floor(index / SIDE) + 0.5) * CELL];
      return text({
        x,
        y,
        size: 1.3,
        text: String(value),
        alpha,
        colour: value > 110 ? "surface" : "ink-soft",
      });
    });
}

/** The window with the strongest map slides over the numbers; its map grows beside it. */
export function windows(take: Take, t: number): Shape[] {
  const shown = gently(t, "windows", 0.05, 0.2);
  if (shown === 0 || progress(t, "maps", 0.5) === 1) return [];
  const { side } = take.swept;
  const swept = tilesOf(take.swept).values[take.strongest] ?? new Float32Array();
  const slid = Math.floor(progress(t, "windows", 0.15, 0.88) ** 2.4 * swept.length);
  const now = Math.min(slid, swept.length - 1);
  const [row, column] = [Math.floor(now / side), now % side];
  const leaves = gently(t, "maps", 0, 0.45);
  const to = mapAt(0, take.strongest);
  const values = swept.map((value, index) => (index <= slid ? value : Number.NaN));
  const frame = { x: column * CELL, y: row * CELL, width: 5 * CELL, height: 5 * CELL };
  const cell = SWEPT.size / side;
  const answer = { x: SWEPT.x + column * cell, y: SWEPT.y + row * cell };
  const isSliding = slid > 0 && slid < swept.length;
  return [
    ...kernel(take, take.strongest, moved(WINDOW, kernelAt(take.strongest), leaves), shown),
    cells({
      ...moved(SWEPT, to, leaves),
      side,
      values,
      palette: "signed",
      full: largestMagnitude(swept),
      alpha: shown * (1 - leaves),
    }),
    ...(isSliding
      ? [
          line({
            from: [frame.x + frame.width, frame.y],
            to: [WINDOW.x, WINDOW.y],
            width: 0.4,
            colour: "warn",
          }),
          line({
            from: [frame.x + frame.width, frame.y + frame.height],
            to: [WINDOW.x, WINDOW.y + WINDOW.size],
            width: 0.4,
            colour: "warn",
          }),
          line({
            from: [WINDOW.x + WINDOW.size, WINDOW.y + WINDOW.size / 2],
            to: [answer.x + cell / 2, answer.y + cell / 2],
            width: 0.4,
            colour: "warn",
          }),
          box({ ...frame, colour: "warn", edge: 0.9 }),
          box({ ...answer, width: cell, height: cell, colour: "warn", edge: 0.7 }),
        ]
      : []),
  ];
}

function kernel(take: Take, channel: number, at: Square, alpha: number): Shape[] {
  const values = take.kernels[channel] ?? [];
  return [
    cells({ ...at, side: Math.sqrt(values.length), values, palette: "signed", alpha }),
    box({ ...at, width: at.size, height: at.size, colour: "line", edge: at.size / 80, alpha }),
  ];
}

/** The maps of all layers, those of the first beside their windows; strands lead from each to the next. */
export function maps(take: Take, t: number, turned: (x: number) => number): Shape[] {
  const strands = take.strands.flatMap((between, index) => strandsTo(between, index + 1, t, turned));
  const tiles = take.blocks.slice(1).flatMap(({ channels }, index) => {
    const shown = gently(t, "deeper", begins(index + 1) + 0.1, begins(index + 1) + 0.3);
    return Array.from({ length: channels }, (_, channel) =>
      map(take, index + 1, channel, mapAt(index + 1, channel), shown, turned),
    ).flat();
  });
  return [...strands, ...firstMaps(take, t, turned), ...tiles];
}

function firstMaps(take: Take, t: number, turned: (x: number) => number): Shape[] {
  return take.kernels.flatMap((_, channel) => {
    const isSwept = channel === take.strongest;
    const [from, to] = isSwept ? [0.2, 0.5] : [0.35 + 0.05 * channel, 0.55 + 0.05 * channel];
    const shown = gently(t, "maps", from, to);
    const place = mapAt(0, channel);
    const at = isSwept ? moved(SWEPT, place, gently(t, "maps", 0, 0.45)) : place;
    const isWindow = !isSwept || progress(t, "maps", 0.5) === 1;
    return [
      ...(isWindow ? kernel(take, channel, kernelAt(channel), shown) : []),
      ...map(take, 0, channel, at, shown, turned),
    ];
  });
}

/** When a layer appears, as a fraction of the stop. */
function begins(layer: number): number {
  return 0.05 + 0.27 * (layer - 1);
}

function strandsTo(strands: Maps, layer: number, t: number, turned: (x: number) => number): Shape[] {
  const grown = gently(t, "deeper", begins(layer), begins(layer) + 0.2);
  if (grown === 0) return [];
  return Array.from(strands.values.entries()).flatMap(([index, strength]) => {
    if (strength < FAINT) return [];
    const from = mapAt(layer - 1, Math.floor(index / strands.channels));
    const to = mapAt(layer, index % strands.channels);
    const [x1, y1] = [from.x + from.size, from.y + from.size / 2];
    const [x2, y2] = [to.x, to.y + to.size / 2];
    const back = turned((x1 + x2) / 2);
    const strand = line({
      from: [x1, y1],
      to: [between(x1, x2, grown), between(y1, y2, grown)],
      width: 0.25,
      colour: back > 0.5 ? "warn" : "accent",
      alpha: 0.32 * (strength - FAINT) + 0.05,
    });
    return [strand, ...flowing([x1, y1], [x2, y2], index, t, strength > 0.6 ? back : 0)];
  });
}

/** A dot on its way from the right end of a line to the left one, wherever it is at this time. */
function flowing(
  left: readonly [number, number],
  right: readonly [number, number],
  index: number,
  t: number,
  alpha: number,
): Shape[] {
  if (alpha === 0) return [];
  const gone = (t * 0.7 + ((index * 0.618034) % 1)) % 1;
  const [x, y] = [between(right[0], left[0], gone), between(right[1], left[1], gone)];
  return [dot({ x, y, radius: 0.7, colour: "warn", alpha })];
}

/** A map; once the error has come back to it, how it would have to change: the gradient with its sign turned. */
function map(
  take: Take,
  layer: number,
  channel: number,
  at: Square,
  shown: number,
  turned: (x: number) => number,
): Shape[] {
  const [found, gradient] = [take.blocks[layer], take.gradient.blocks[layer]];
  if (!found || !gradient || shown === 0) return [];
  const [forth, wanted] = [tilesOf(found), wantedOf(gradient)];
  const back = turned(at.x + at.size / 2);
  const tile = ({ side, values, full }: Tiles, palette: Cells["palette"], alpha: number) =>
    cells({ ...at, side, values: values[channel] ?? [], palette, full, alpha });
  return [tile(forth, "found", shown), ...(back > 0 ? [tile(wanted, "signed", back)] : [])];
}

/** The last maps fall apart into a column of neurons, each of which speaks for and against each digit. */
export function column(take: Take, t: number, turned: (x: number) => number): Shape[] {
  const [found, gradient] = [take.blocks.at(-1), take.gradient.blocks.at(-1)];
  const parted = gently(t, "hidden", 0.05, 0.75);
  if (!found || !gradient || parted === 0) return [];
  const { channels, side } = found;
  const [full, fullBack] = [tilesOf(found).full, tilesOf(gradient).full];
  const told = gently(t, "hidden", 0.6, 0.9) * (1 - gently(t, "scores", 0, 0.2));
  const neurons = Array.from(found.values.entries()).flatMap(([index, value]) => {
    const [channel, cell] = [index % channels, Math.floor(index / channels)];
    const tile = mapAt(3, channel);
    const size = tile.size / side;
    const from = { x: tile.x + (cell % side) * size, y: tile.y + Math.floor(cell / side) * size, size };
    const to = neuronAt(index, channels);
    const at = moved(from, { x: to.x, y: to.y - COLUMN.size / 2, size: COLUMN.size }, parted);
    const back = turned(at.x);
    const wanted = -(gradient.values[index] as number);
    const width = (value / full) * COLUMN.bar * told;
    const bar = { x: at.x + COLUMN.size + 0.6, y: to.y - 0.7, width, height: 1.4 };
    return [
      ...(told > 0 ? [box({ ...bar, colour: "accent", alpha: told })] : []),
      cells({ ...at, side: 1, values: [value], palette: "found", full: full }),
      cells({
        ...at,
        side: 1,
        values: [wanted],
        palette: "signed",
        full: fullBack,
        alpha: back,
      }),
    ];
  });
  return [...evidence(take, t, channels, turned), ...neurons];
}

/** From each neuron to each digit: its contribution to the score; on the way back, its gradient. */
function evidence(take: Take, t: number, channels: number, turned: (x: number) => number): Shape[] {
  const grown = gently(t, "scores", 0, 0.45);
  if (grown === 0) return [];
  const { given, asked, most, mostAsked } = evidenceOf(take);
  return Array.from(take.weights.keys()).flatMap((index) => {
    const at = neuronAt(Math.floor(index / 10), channels);
    const left: [number, number] = [at.x + COLUMN.size, at.y];
    const right: [number, number] = [ROWS.x - 5, rowOf(index % 10)];
    const [forth, forthAsked] = [given[index] as number, asked[index] as number];
    const back = turned((left[0] + right[0]) / 2);
    const [size, sizeAsked] = [Math.abs(forth) / most, Math.abs(forthAsked) / mostAsked];
    const colour = (back > 0.5 ? forthAsked : forth) < 0 ? "warn" : "accent";
    const alpha = between(size, sizeAsked, back) * 0.8;
    const to: [number, number] = [between(left[0], right[0], grown), between(left[1], right[1], grown)];
    return [
      ...(alpha > 0.01 ? [line({ from: left, to, width: 0.45, colour, alpha })] : []),
      ...flowing(left, right, index, t, sizeAsked > 0.35 ? back : 0),
    ];
  });
}

export function moved(from: Square, to: Square, fraction: number): Square {
  return {
    x: between(from.x, to.x, fraction),
    y: between(from.y, to.y, fraction),
    size: between(from.size, to.size, fraction),
  };
}

const FINER = 4; // times

/** side · side values, ink 255, and the time of writing of each, 0 to 1. */
export interface Stroke {
  side: number;
  values: Float32Array;
  order: Float32Array;
}

/** @param image 784 values, ink 255 */
export function strokeOf(image: Uint8Array): Stroke {
  const side = FINER * SIDE;
  const coarse = orderOf(image);
  const values = new Float32Array(side * side);
  const order = new Float32Array(side * side);
  for (let index = 0; index < values.length; index++) {
    const [y = 0, x = 0] = [Math.floor(index / side), index % side].map((at) => (at + 0.5) / FINER - 0.5);
    const value = interpolated((row, column) => inside(image, row, column), y, x) / 255;
    // between a third and two thirds is the edge of the stroke
    const edge = Math.min(Math.max(3 * value - 0.8, 0), 1);
    values[index] = 255 * edge;
    order[index] = latestNear(coarse, Math.round(y), Math.round(x));
  }
  return { side, values, order };
}

function inside(values: ArrayLike<number>, row: number, column: number): number {
  if (Math.min(row, column) < 0 || Math.max(row, column) >= SIDE) return 0;
  return values[row * SIDE + column] ?? 0;
}

function interpolated(at: (row: number, column: number) => number, y: number, x: number): number {
  const [row, column] = [Math.floor(y), Math.floor(x)];
  const [down, right] = [y - row, x - column];
  const above = at(row, column) * (1 - right) + at(row, column + 1) * right;
  const below = at(row + 1, column) * (1 - right) + at(row + 1, column + 1) * right;
  return above * (1 - down) + below * down;
}

/** The order of a pixel; beside the ink, where the edge is, that of the ink that reaches there. */
function latestNear(order: Float32Array, row: number, column: number): number {
  const here = inside(order, row, column);
  if (here > 0) return here;
  return Math.max(...around(row * SIDE + column).map((at) => order[at] ?? 0));
}

/** The time at which each pixel is written, 0 to 1: along the ink, from its top, piece by piece. */
function orderOf(image: Uint8Array): Float32Array {
  const order = new Float32Array(image.length);
  const written: number[] = [];
  const seen = new Set<number>();
  for (const [start, value] of image.entries()) {
    if (!value || seen.has(start)) continue;
    const queue = [start];
    seen.add(start);
    for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
      written.push(at);
      for (const next of around(at)) {
        if (!image[next] || seen.has(next)) continue;
        seen.add(next);
        queue.push(next);
      }
    }
  }
  for (const [index, at] of written.entries()) order[at] = (index + 1) / written.length;
  return order;
}

function around(at: number): number[] {
  const [row, column] = [Math.floor(at / SIDE), at % SIDE];
  const steps = [-1, 0, 1];
  return steps.flatMap((down) =>
    steps
      .map((right) => ({ row: row + down, column: column + right }))
      .filter((to) => Math.min(to.row, to.column) >= 0 && Math.max(to.row, to.column) < SIDE)
      .map((to) => to.row * SIDE + to.column),
  );
}
