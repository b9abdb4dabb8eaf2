/** The memory of one instance of the kernel, in which weights stay and intermediate results come and go. */
import { kernel } from "virtual:kernel";

type Convolve = (
  image: number,
  offsets: number,
  terms: number,
  starts: number,
  pixels: number,
  weights: number,
  bias: number,
  channels: number,
  low: number,
  result: number,
  stride: number,
  panel: number,
) => void;

const PAGE = 65_536;
const ALIGNED = 64; // bytes: a line of the cache

let compiled: WebAssembly.Module | null = null;

export class Memory {
  /** The product described in `build/kernel.ts`. */
  readonly convolve: Convolve;
  readonly #memory: WebAssembly.Memory;
  /** The free blocks: start and end in bytes, in order. */
  #free: { start: number; end: number }[] = [];
  readonly #taken = new Map<number, number>();
  #floats = new Float32Array();
  #whole = new Int32Array();

  constructor() {
    compiled ??= new WebAssembly.Module(kernel());
    const { exports } = new WebAssembly.Instance(compiled);
    this.convolve = exports.convolve as unknown as Convolve;
    this.#memory = exports.memory as WebAssembly.Memory;
    this.#free = [{ start: ALIGNED, end: this.#memory.buffer.byteLength }];
  }

  /** All of it as floats; only until more is taken. */
  get floats(): Float32Array {
    if (this.#floats.buffer !== this.#memory.buffer) this.#floats = new Float32Array(this.#memory.buffer);
    return this.#floats;
  }

  /** All of it as whole numbers; only until more is taken. */
  get whole(): Int32Array {
    if (this.#whole.buffer !== this.#memory.buffer) this.#whole = new Int32Array(this.#memory.buffer);
    return this.#whole;
  }

  /** Take room for `count` numbers; what it holds is arbitrary. @returns its address in bytes */
  take(count: number): number {
    const size = Math.ceil((4 * count) / ALIGNED) * ALIGNED;
    let index = this.#free.findIndex(({ start, end }) => end - start >= size);
    if (index < 0) {
      const end = this.#memory.buffer.byteLength;
      this.#memory.grow(Math.ceil(Math.max(size, end / 4) / PAGE));
      this.#release(end, this.#memory.buffer.byteLength);
      index = this.#free.length - 1;
    }
    const free = this.#free[index];
    if (!free) throw new RangeError("out of memory");
    const { start } = free;
    free.start += size;
    if (free.start === free.end) this.#free.splice(index, 1);
    this.#taken.set(start, size);
    return start;
  }

  /** Give back what was taken. */
  give(address: number): void {
    const size = this.#taken.get(address);
    if (size === undefined) return;
    this.#taken.delete(address);
    this.#release(address, address + size);
  }

  #release(start: number, end: number): void {
    const index = this.#free.findIndex((block) => block.start > start);
    this.#free.splice(index < 0 ? this.#free.length : index, 0, { start, end });
    this.#free = this.#free.reduce<{ start: number; end: number }[]>((joined, block) => {
      const last = joined.at(-1);
      if (last?.end === block.start) last.end = block.end;
      else joined.push(block);
      return joined;
    }, []);
  }
}
