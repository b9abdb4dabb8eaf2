/** NumPy's generator, PCG64 (O'Neill, 2014): the same seeds give the same numbers as numpy.random.default_rng(seeds). */

const FACTOR = 0x2360ed051fc65da44385df649fccf645n;
const HALF = 64n;

export class RandomGenerator {
  #state = 0n;
  readonly #increment: bigint;
  /** The upper half of a drawn 64-bit word, which the next 32-bit word takes. */
  #left: number | null = null;

  constructor(seeds: readonly number[]) {
    const words = stateOf(seeds, 8).map(BigInt);
    const word = (index: number) => words[index] ?? 0n;
    const long = (index: number) =>
      (((word(index + 1) << 32n) | word(index)) << HALF) | (word(index + 3) << 32n) | word(index + 2);
    this.#increment = BigInt.asUintN(128, (long(4) << 1n) | 1n);
    this.#step();
    this.#state += long(0);
    this.#step();
  }

  /** A whole number from 0 to 2³² - 1. */
  word(): number {
    if (this.#left !== null) {
      const word = this.#left;
      this.#left = null;
      return word;
    }
    const both = this.#long();
    this.#left = Number(both >> 32n);
    return Number(both & 0xffffffffn);
  }

  /** A number from 0 up to 1, with 53 random bits. */
  double(): number {
    return Number(this.#long() >> 11n) / 2 ** 53;
  }

  /** A whole number from 0 to `most`, all equally likely: bits are drawn until their number is not above it. */
  upTo(most: number): number {
    const mask = 2 ** (32 - Math.clz32(most)) - 1;
    if (most === 0) return 0;
    for (;;) {
      const drawn = (this.word() & mask) >>> 0;
      if (drawn <= most) return drawn;
    }
  }

  /** The numbers from 0 to `count` - 1 in random order. */
  permutation(count: number): Int32Array {
    const order = Int32Array.from({ length: count }, (_, index) => index);
    for (let index = count - 1; index > 0; index--) {
      const swapped = this.upTo(index);
      const held = order[index] ?? 0;
      order[index] = order[swapped] ?? 0;
      order[swapped] = held;
    }
    return order;
  }

  #step(): void {
    this.#state = BigInt.asUintN(128, this.#state * FACTOR + this.#increment);
  }

  #long(): bigint {
    this.#step();
    const upper = this.#state >> HALF;
    const mixed = upper ^ BigInt.asUintN(64, this.#state);
    const turn = upper >> 58n;
    return BigInt.asUintN(64, (mixed >> turn) | (mixed << (HALF - turn)));
  }
}

/*
 * Whole numbers become the state of a generator, as NumPy's SeedSequence does it (O'Neill, 2015), so that the same seed
 * gives the same numbers in the page as in Python.
 */

const POOL = 4; // words
const SHIFT = 16;

/** A hash whose constant changes with every call. */
function hash(constant: number, factor: number): (value: number) => number {
  let now = constant;
  return (value) => {
    let hashed = value ^ now;
    now = Math.imul(now, factor);
    hashed = Math.imul(hashed, now);
    return (hashed ^ (hashed >>> SHIFT)) >>> 0;
  };
}

function mix(a: number, b: number): number {
  const mixed = (Math.imul(0xca01f9dd, a) - Math.imul(0x4973f715, b)) | 0;
  return (mixed ^ (mixed >>> SHIFT)) >>> 0;
}

/**
 * The words of state for a list of seeds.
 *
 * @param seeds whole numbers from 0 to 2³² - 1
 * @param count how many words, each from 0 to 2³² - 1
 */
function stateOf(seeds: readonly number[], count: number): number[] {
  const hashed = hash(0x43b0d7e5, 0x931e8875);
  const pool = Array.from({ length: POOL }, (_, index) => hashed(seeds[index] ?? 0));
  const into = (index: number, value: number) => {
    pool[index] = mix(pool[index] ?? 0, hashed(value));
  };
  for (let from = 0; from < POOL; from++) {
    for (let to = 0; to < POOL; to++) {
      if (from !== to) into(to, pool[from] ?? 0);
    }
  }
  for (const seed of seeds.slice(POOL)) {
    for (let to = 0; to < POOL; to++) into(to, seed);
  }
  const told = hash(0x8b51f9dd, 0x58f38ded);
  return Array.from({ length: count }, (_, index) => told(pool[index % POOL] ?? 0));
}

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
      this.#shuffled = new RandomGenerator([this.seed, epoch]).permutation(this.count);
      this.#epoch = epoch;
    }
    return this.#shuffled[index % this.count] ?? 0;
  }
}
