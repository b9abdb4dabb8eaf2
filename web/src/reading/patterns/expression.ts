/** The expected format of a number becomes an automaton; see `shuzi.reading.patterns.expression`. */
import { LONGEST_PATTERN, MOST_POSITIONS, NAMED_PATTERNS } from "../../generated/reading/recognise";
import { DIGITS, MARKS } from "../../generated/tasks";
import type { Sentence } from "../report/result";
import { Automaton, either, inSequence, LETTERS, type Part, partOf, repeated } from "./automaton";

/** An invalid pattern. */
export class WrongPattern extends Error {
  readonly sentence: Sentence;

  constructor(key: string, values: Sentence[1]) {
    super(key);
    this.sentence = [key, values];
  }
}

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
    throw new WrongPattern("error.pattern.long", { n: characters.length, most: LONGEST_PATTERN });
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
      if (this.#groups.reduce((sum, group) => sum + group.size, 0) > MOST_POSITIONS) throw this.#tooMany();
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
    return this.#wrong("many", this.#position, { most: MOST_POSITIONS });
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
    if (part.letters.length * copies > MOST_POSITIONS) throw this.#tooMany();
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
    const [first, last] = [low, high].map((letters) => LETTERS[31 - Math.clz32(letters)] as string) as [
      string,
      string,
    ];
    if (first > last) throw this.#wrong("range", start);
    return [...LETTERS].reduce(
      (all, letter, index) => (first <= letter && letter <= last ? all | (1 << index) : all),
      0,
    );
  }
}
