/** The memory into which pictures are copied for the loops over all pixels (loops.wat). */

import type { Grey } from "../picture";
import program from "./loops.wat";

const PAGE = 65_536; // bytes
const BEYOND = 16; // bytes that loops may read and write after the end of anything

type Loop = (...numbers: number[]) => number;
type Loops = Record<
  | "brightness"
  | "count"
  | "change"
  | "subtract"
  | "atLeast"
  | "total"
  | "sumSquares"
  | "label"
  | "accumulate"
  | "between",
  Loop
>;

let memory: WebAssembly.Memory | null = null;
let instance: Loops | null = null;

/** Memory for one loop, or several in a row: its earlier contents are no longer needed. */
export class Room {
  readonly loops: Loops;
  readonly #memory: WebAssembly.Memory;
  #used = BEYOND;

  /** @param size bytes of all arrays to allocate */
  constructor(size: number) {
    memory ??= new WebAssembly.Memory({ initial: 1 });
    instance ??= new WebAssembly.Instance(new WebAssembly.Module(program), { page: { memory } })
      .exports as Loops;
    const missing = size + 32 * BEYOND - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
    this.#memory = memory;
    this.loops = instance;
  }

  bytes(size: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#memory.buffer, this.#take(size), size);
  }

  /** Bytes that begin as a copy; those after the end, up to the next multiple of 16, are 0. */
  copy(content: Uint8Array): Uint8Array<ArrayBuffer> {
    const bytes = this.bytes(content.length);
    bytes.set(content);
    new Uint8Array(this.#memory.buffer, bytes.byteOffset + content.length, BEYOND).fill(0);
    return bytes;
  }

  /** Whole numbers, all 0. */
  wholes(count: number): Int32Array<ArrayBuffer> {
    return new Int32Array(this.#memory.buffer, this.#take(4 * count), count).fill(0);
  }

  /** Numbers of double precision, all 0, with room for four more. */
  doubles(count: number): Float64Array<ArrayBuffer> {
    return new Float64Array(this.#memory.buffer, this.#take(8 * (count + 4)), count + 4).fill(0);
  }

  #take(size: number): number {
    const start = this.#used;
    this.#used += Math.ceil((size + BEYOND) / BEYOND) * BEYOND;
    return start;
  }
}

const LEVELS = 256;
const AT_ONCE = 2 ** 18; // pixels
const LARGEST_SUM = 9 * 255;

/**
 * The brightness of each pixel (ITU-R 601), rounded as Pillow rounds.
 *
 * @param colours red, green, blue and transparency of each
 */
export function brightness(colours: Uint8ClampedArray): Uint8Array<ArrayBuffer> {
  const greys = new Uint8Array(colours.length / 4);
  // not all at once: what a large picture needs would never be given back
  const room = new Room(5 * AT_ONCE);
  const [content, result] = [room.bytes(4 * AT_ONCE), room.bytes(AT_ONCE)];
  for (let start = 0; start < greys.length; start += AT_ONCE) {
    const count = Math.min(AT_ONCE, greys.length - start);
    content.set(colours.subarray(4 * start, 4 * (start + count)));
    room.loops.brightness(content.byteOffset, content.byteOffset + 4 * count, result.byteOffset);
    greys.set(result.subarray(0, count), start);
  }
  return greys;
}

/** How many pixels have each of the 256 levels. */
export function counts({ pixels }: Grey): Uint32Array {
  const room = new Room(pixels.length + 16 * LEVELS);
  return countsIn(room, room.copy(pixels));
}

/** Change each pixel by a table of 256 levels. */
export function byTable({ width, height, pixels }: Grey, levels: Uint8Array): Grey {
  const room = new Room(pixels.length + LEVELS);
  const content = room.copy(pixels);
  room.loops.change(content.byteOffset, endOf(content), room.copy(levels).byteOffset);
  return { width, height, pixels: content.slice() };
}

/**
 * By how much a picture is darker than its paper, changed by a table of 256 levels.
 *
 * @param tableOf the table, given how many pixels have each difference; null if all become 0
 */
export function darkerThan(
  paper: Grey,
  { width, height, pixels }: Grey,
  tableOf: (counts: Uint32Array) => Uint8Array | null,
): Grey {
  const room = new Room(2 * pixels.length + 16 * LEVELS + LEVELS);
  const [content, dark] = [room.copy(paper.pixels), room.copy(pixels)];
  room.loops.subtract(content.byteOffset, endOf(content), dark.byteOffset);
  const table = tableOf(countsIn(room, content));
  if (!table) return { width, height, pixels: new Uint8Array(pixels.length) };
  room.loops.change(content.byteOffset, endOf(content), room.copy(table).byteOffset);
  return { width, height, pixels: content.slice() };
}

/** The sum of all levels, or how many are `least` or more. */
export function total({ pixels }: Grey, least: number | null): number {
  const room = new Room(pixels.length);
  const content = room.copy(pixels);
  const [start, end] = [content.byteOffset, endOf(content)];
  // the bytes beyond the end are 0
  return least ? room.loops.atLeast(start, end, least) : room.loops.total(start, end) >>> 0;
}

/** How often each sum of 3x3 pixels is there, the picture being mirrored at its edges. */
export function sumsOfSquares({ width, height, pixels }: Grey): Int32Array {
  const room = new Room(pixels.length + 4 * (LARGEST_SUM + 1));
  const content = room.copy(pixels);
  const sums = room.wholes(LARGEST_SUM + 1);
  for (let y = 0; y < height; y++) {
    const rows = [mirrored(y - 1, height) * width, y * width, mirrored(y + 1, height) * width] as const;
    const column = (x: number) =>
      rows.reduce((sum, row) => sum + (content[row + mirrored(x, width)] as number), 0);
    for (const x of new Set([0, width - 1])) {
      const sum = column(x - 1) + column(x) + column(x + 1);
      sums[sum] = (sums[sum] as number) + 1;
    }
    const [above, row, below] = rows.map((start) => content.byteOffset + start) as [number, number, number];
    room.loops.sumSquares(above, row, below, width, sums.byteOffset);
  }
  return sums.slice();
}

/** A position beyond an edge, mirrored at the outermost pixel. */
function mirrored(index: number, side: number): number {
  const inside = index < 0 ? -index : index < side ? index : 2 * side - 2 - index;
  return Math.min(Math.max(inside, 0), side - 1);
}

function countsIn(room: Room, content: Uint8Array): Uint32Array {
  const tables = room.wholes(4 * LEVELS);
  const end = content.byteOffset + Math.ceil(content.length / 4) * 4;
  room.loops.count(content.byteOffset, end, tables.byteOffset);
  const histogram = new Uint32Array(LEVELS);
  for (let index = 0; index < tables.length; index++)
    histogram[index % LEVELS] = (histogram[index % LEVELS] as number) + (tables[index] as number);
  // the bytes beyond the end are 0, and no pixels
  histogram[0] = (histogram[0] as number) - (end - content.byteOffset - content.length);
  return histogram;
}

/** The end of whole sixteens, which the loops take at a time. */
function endOf({ byteOffset, length }: Uint8Array): number {
  return byteOffset + Math.ceil(length / 16) * 16;
}
