/** The memory into which pictures are copied for the loops over all pixels (loops.wat). */
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
