/** The expected format of a number becomes an automaton; see `shuzi.reading.automaton`. */
import { LONGEST_PATTERN, MAX_POSITIONS, NAMED_PATTERNS } from "../../generated/reading";
import { CLASSES, DIGITS, MARKS } from "../../generated/tasks";
import type { Sentence } from "../report/result";

/** An invalid pattern. */
export class WrongPattern extends Error {
  readonly sentence: Sentence;

  constructor(key: string, values: Sentence[1]) {
    super(key);
    this.sentence = [key, values];
  }
}

/** The characters that a pattern is about, in the order of the recogniser's classes. */
const LETTERS = DIGITS + MARKS;
const ALL_DIGITS = (1 << DIGITS.length) - 1;
const ANY = (1 << LETTERS.length) - 1;
const NAMES: Readonly<Record<string, string>> = NAMED_PATTERNS;
const COUNTS = /\{([0-9]+)(?:(,)([0-9]*))?\}/y;

/**
 * The automaton of a pattern: one of the names, or a regular expression for the whole text.
 *
 * @throws WrongPattern
 */
export function automatonOf(pattern: string): Automaton {
  const characters = [...pattern];
  if (characters.length > LONGEST_PATTERN)
    throw new WrongPattern("error.pattern.long", { n: characters.length, max: LONGEST_PATTERN });
  const isName = Object.hasOwn(NAMES, pattern);
  if (/^[A-Za-z_]+$/.test(pattern) && !isName) {
    const known = Object.keys(NAMES).join(", ");
    throw new WrongPattern("error.pattern.name", { name: pattern, known });
  }
  const automaton = new Automaton(new Parser(isName ? [...(NAMES[pattern] as string)] : characters).part());
  if (!automaton.mayHaveDigits) throw new WrongPattern("error.pattern.empty", { pattern });
  return automaton;
}

/** A group that is being read: where it was opened, its alternatives so far, and the parts of the last one. */
class Group {
  readonly alternatives: Part[] = [];
  parts: Part[] = [];
  mayRepeat = false;

  constructor(readonly position: number) {}

  add(part: Part, mayRepeat = true): void {
    this.parts.push(part);
    this.mayRepeat = mayRepeat;
  }

  endAlternative(): void {
    this.alternatives.push(inSequence(this.parts));
    this.parts = [];
    this.mayRepeat = false;
  }

  part(): Part {
    this.endAlternative();
    return either(this.alternatives);
  }

  get size(): number {
    return [...this.alternatives, ...this.parts].reduce((sum, { letters }) => sum + letters.length, 0);
  }
}

/** Reads an expression from left to right, without recursion, so that no nesting is too deep. */
class Parser {
  #position = 0;
  readonly #groups = [new Group(0)];

  constructor(readonly expression: readonly string[]) {}

  part(): Part {
    while (this.#position < this.expression.length) {
      this.#readOne();
      if (this.#groups.reduce((sum, group) => sum + group.size, 0) > MAX_POSITIONS) throw this.#tooMany();
    }
    const [whole, ...open] = this.#groups as [Group, ...Group[]];
    const unclosed = open.at(-1);
    if (unclosed) throw this.#wrong("open", unclosed.position, { character: "(" });
    return whole.part();
  }

  #wrong(kind: string, position = this.#position, values: Sentence[1] = {}): WrongPattern {
    return new WrongPattern(`error.pattern.${kind}`, { position: position + 1, ...values });
  }

  #tooMany(): WrongPattern {
    return this.#wrong("many", this.#position, { max: MAX_POSITIONS });
  }

  #at(offset = 0): string {
    return this.expression[this.#position + offset] ?? "";
  }

  /** Read one character, class, repetition or end of a group. */
  #readOne(): void {
    const group = this.#groups.at(-1) as Group;
    const character = this.#at();
    const isLast = this.#position === this.expression.length - 1;
    if (character === "(") {
      this.#groups.push(new Group(this.#position));
      this.#position += this.#at(1) === "?" && this.#at(2) === ":" ? 3 : 1;
    } else if (character === "|") {
      group.endAlternative();
      this.#position++;
    } else if (character === ")") {
      if (this.#groups.length === 1) throw this.#wrong("closed", this.#position, { character });
      this.#groups.pop();
      this.#groups.at(-1)?.add(group.part());
      this.#position++;
    } else if ("?*+{".includes(character)) this.#repeat(group);
    // a pattern is for the whole text anyway
    else if ((character === "^" && this.#position === 0) || (character === "$" && isLast)) this.#position++;
    else if (character === "[") group.add(partOf(this.#class()));
    else if (character === ".") {
      group.add(partOf(ANY));
      this.#position++;
    } else group.add(partOf(this.#letters()));
  }

  #repeat(group: Group): void {
    if (!group.mayRepeat) throw this.#wrong("repeat");
    const [least, most, end] = this.#counts();
    const part = group.parts.pop() as Part;
    // nothing, however often
    const copies = part.letters.length ? (most ?? Math.max(least, 1)) : 0;
    if (part.letters.length * copies > MAX_POSITIONS) throw this.#tooMany();
    this.#position = end;
    group.add(repeated(part, part.letters.length ? least : 0, copies, most === null), false);
  }

  /** How often something is repeated at least and at most, null for any number, and where that ends. */
  #counts(): [least: number, most: number | null, end: number] {
    const simple = { "?": [0, 1], "*": [0, null], "+": [1, null] } as const;
    const character = this.#at();
    if (character in simple) return [...simple[character as keyof typeof simple], this.#position + 1];
    COUNTS.lastIndex = 0;
    const found = COUNTS.exec(this.expression.slice(this.#position).join(""));
    if (!found) throw this.#wrong("repeat");
    const least = Number(found[1]);
    const most = found[2] && !found[3] ? null : Number(found[3] || least);
    if (most !== null && most < least) throw this.#wrong("repeat");
    return [least, most, this.#position + found[0].length];
  }

  /** Read a digit, a mark, an escaped mark or `\d`. */
  #letters(): number {
    const character = this.#at();
    if (character === "\\") {
      const escaped = this.#at(1);
      if (escaped !== "d" && (!escaped || !MARKS.includes(escaped)))
        throw this.#wrong("character", this.#position, { character: `\\${escaped}` });
      this.#position += 2;
      return escaped === "d" ? ALL_DIGITS : 1 << LETTERS.indexOf(escaped);
    }
    if (!LETTERS.includes(character)) throw this.#wrong("character", this.#position, { character });
    this.#position++;
    return 1 << LETTERS.indexOf(character);
  }

  /** Read a class in brackets. */
  #class(): number {
    const start = this.#position++;
    const isNegated = this.#at() === "^";
    if (isNegated) this.#position++;
    const first = this.#position;
    let letters = 0;
    while (this.#at() !== "]") {
      if (this.#position >= this.expression.length) throw this.#wrong("open", start, { character: "[" });
      letters |= this.#range();
    }
    const isEmpty = this.#position++ === first;
    if (isNegated) letters = ANY & ~letters;
    if (isEmpty || !letters) throw this.#wrong("class", start);
    return letters;
  }

  /** Read a character of a class, or a range of them. */
  #range(): number {
    const start = this.#position;
    const low = this.#letters();
    if (this.#at() !== "-" || !this.#at(1) || this.#at(1) === "]") return low;
    this.#position++;
    const high = this.#letters();
    if (low === ALL_DIGITS || high === ALL_DIGITS) throw this.#wrong("range", start);
    const [first = "", last = ""] = [low, high].map((letters) => LETTERS[31 - Math.clz32(letters)]);
    if (first > last) throw this.#wrong("range", start);
    return [...LETTERS].reduce(
      (all, letter, index) => (first <= letter && letter <= last ? all | (1 << index) : all),
      0,
    );
  }
}

/*
 * A pattern as an automaton: after each character it is in a set of positions of the pattern, one whole number whose
 * bits are the positions (Glushkov, 1961). Sets are made as they are met; see `shuzi.reading.automaton`.
 */

/** The set of positions before the first character. */
export const START = 1n;

/** A part of a pattern. */
interface Part {
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
function partOf(letters: number): Part {
  return { letters: [letters], follow: [0n], first: 1n, last: 1n, isOptional: false };
}

/** A part so many times: `least` at least, `copies` at most or, if that is endless, any number. */
function repeated(part: Part, least: number, copies: number, isEndless: boolean): Part {
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
function inSequence(parts: readonly Part[]): Part {
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
function either(parts: readonly Part[]): Part {
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
