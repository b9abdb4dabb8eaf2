/**
 * A pattern as an automaton: after each character it is in a set of positions of the pattern, one whole number whose
 * bits are the positions (Glushkov, 1961). Sets are made as they are met; see `shuzi.reading.patterns.automaton`.
 */
import { CLASSES, DIGITS, MARKS } from "../../generated/tasks";

/** The characters that a pattern is about, in the order of the recogniser's classes. */
export const LETTERS = DIGITS + MARKS;

/** The set of positions before the first character. */
export const START = 1n;

/** A part of a pattern. */
export interface Part {
  /** For each of its positions, the characters that may stand there: bit n is that of `LETTERS`. */
  readonly letters: readonly number[];
  /** For each position, the positions that may come after it. */
  readonly follow: readonly bigint[];
  /** The positions that it may begin and end with. */
  readonly first: bigint;
  readonly last: bigint;
  /** Whether it matches the empty text. */
  readonly isOptional: boolean;
}

/** The part for one character. */
export function partOf(letters: number): Part {
  return { letters: [letters], follow: [0n], first: 1n, last: 1n, isOptional: false };
}

/** A part so many times: `least` at least, `copies` at most or, if that is endless, any number. */
export function repeated(part: Part, least: number, copies: number, isEndless: boolean): Part {
  const size = BigInt(part.letters.length);
  const follow: bigint[] = [];
  let last = 0n;
  // each copy leads to the next one, so there is one way through any number of them
  const wanted = part.isOptional ? 0 : least;
  for (let copy = 1; copy <= copies; copy++) {
    const offset = BigInt(follow.length);
    const following = copy === copies ? offset : offset + size;
    const after = copy < copies || isEndless ? part.first << following : 0n;
    part.follow.forEach((more, index) => {
      follow.push((more << offset) | (has(part.last, index) ? after : 0n));
    });
    if (copy >= wanted) last |= part.last << offset;
  }
  const letters = Array.from({ length: copies }, () => part.letters).flat();
  return { letters, follow, first: copies ? part.first : 0n, last, isOptional: wanted === 0 };
}

/** Join parts that follow one another. */
export function inSequence(parts: readonly Part[]): Part {
  const letters: number[] = [];
  const follow: bigint[] = [];
  let [first, last, isOptional] = [0n, 0n, true];
  for (const part of parts) {
    const offset = BigInt(letters.length);
    for (const index of positionsIn(last)) follow[index] = (follow[index] as bigint) | (part.first << offset);
    letters.push(...part.letters);
    follow.push(...part.follow.map((more) => more << offset));
    if (isOptional) first |= part.first << offset;
    last = (part.last << offset) | (part.isOptional ? last : 0n);
    isOptional &&= part.isOptional;
  }
  return { letters, follow, first, last, isOptional };
}

/** Join alternative parts. */
export function either(parts: readonly Part[]): Part {
  const letters: number[] = [];
  const follow: bigint[] = [];
  let [first, last] = [0n, 0n];
  for (const part of parts) {
    const offset = BigInt(letters.length);
    letters.push(...part.letters);
    follow.push(...part.follow.map((more) => more << offset));
    first |= part.first << offset;
    last |= part.last << offset;
  }
  return { letters, follow, first, last, isOptional: parts.some((part) => part.isOptional) };
}

/** Tells which texts fit a pattern, character by character. */
export class Automaton {
  /** For each position, the positions that may come after it; position 0 is before the first character. */
  readonly #follow: readonly bigint[];
  /** For each of `LETTERS`, the positions where it may stand. */
  readonly #having: readonly bigint[];
  /** The positions that a text may end with. */
  readonly accepting: bigint;

  constructor(part: Part) {
    this.#follow = [part.first << 1n, ...part.follow.map((more) => more << 1n)];
    this.#having = [...LETTERS].map((_, label) =>
      part.letters.reduce((all, letters, index) => (letters & (1 << label) ? all | bit(index + 1) : all), 0n),
    );
    this.accepting = (part.last << 1n) | (part.isOptional ? 1n : 0n);
  }

  /** Whether a matching text may contain a digit. */
  get mayHaveDigits(): boolean {
    return this.#having.slice(0, DIGITS.length).some((positions) => positions !== 0n);
  }

  /** The positions after one more character, a class of the recogniser; 0 if it does not fit. Signs do not count. */
  step(positions: bigint, label: number): bigint {
    if (label >= LETTERS.length) return positions;
    let after = 0n;
    for (const index of positionsIn(positions)) after |= this.#follow[index] as bigint;
    return after & (this.#having[label] as bigint);
  }

  /** Whether a text fits; signs in it do not count. */
  accepts(text: string): boolean {
    let positions = START;
    for (const character of text) {
      const label = CLASSES.indexOf(character);
      if (label < 0) return false; // the end of a line
      positions = this.step(positions, label);
    }
    return (positions & this.accepting) !== 0n;
  }

  /** For 0 to `most` characters, the positions after which exactly so many more can end a text. */
  endings(most: number): bigint[] {
    const endings = [this.accepting];
    for (let length = 1; length <= most; length++) {
      const before = endings[length - 1] as bigint;
      endings.push(this.#follow.reduce((all, more, index) => (more & before ? all | bit(index) : all), 0n));
    }
    return endings;
  }

  /** The fraction of all texts of so many characters that fit, or more where the pattern is ambiguous. */
  rarity(length: number): number {
    const following = this.#follow.map(positionsIn);
    const fractions = this.#follow.map(
      (_, index) => this.#having.filter((positions) => has(positions, index)).length / LETTERS.length,
    );
    let reached = this.#follow.map((_, index): number => (index ? 0 : 1));
    for (let count = 0; count < length; count++) {
      const next = reached.map(() => 0);
      reached.forEach((fraction, index) => {
        if (fraction)
          for (const after of following[index] as number[]) next[after] = (next[after] as number) + fraction;
      });
      // paths to a position: at least as many as texts, which are all of them at most
      reached = next.map((fraction, index) => Math.min(fraction * (fractions[index] as number), 1));
    }
    const ends = positionsIn(this.accepting).reduce((sum, index) => sum + (reached[index] as number), 0);
    return Math.min(ends, 1);
  }
}

function bit(index: number): bigint {
  return 1n << BigInt(index);
}

function has(positions: bigint, index: number): boolean {
  return (positions & bit(index)) !== 0n;
}

/** The positions of a set. */
function positionsIn(positions: bigint): number[] {
  const digits = positions.toString(2);
  const found: number[] = [];
  for (let index = digits.length - 1; index >= 0; index--)
    if (digits[index] === "1") found.push(digits.length - 1 - index);
  return found;
}
