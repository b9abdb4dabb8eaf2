/** A seed becomes the order in which training sees the images: the same as in src/shuzi/data/dataset.py. */
import { Generator } from "./generator";

/** An endless sequence of shuffled epochs: each has every image once, and a position in it needs no memory of the ones before. */
export class Order {
  #epoch = -1;
  #shuffled: Int32Array = new Int32Array();

  constructor(
    readonly count: number,
    readonly seed: number,
  ) {}

  /** The images at positions `start` to `stop` of the sequence. */
  take(start: number, stop: number): Int32Array {
    return Int32Array.from({ length: stop - start }, (_, index) => this.#at(start + index));
  }

  #at(index: number): number {
    const epoch = Math.floor(index / this.count);
    if (epoch !== this.#epoch) {
      this.#shuffled = new Generator([this.seed, epoch]).permutation(this.count);
      this.#epoch = epoch;
    }
    return this.#shuffled[index % this.count] ?? 0;
  }
}
