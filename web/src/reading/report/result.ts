/** The number in a picture; see `shuzi.reading.result`. */
import type { Reading as Answered, Digit as AnsweredDigit, Ignored as Omitted } from "../../generated/shapes";
import { type Box, boxOf, union } from "../../ink/boxes";
import type { Grey } from "../../ink/picture";
import { isDigit } from "../classes";

export type Status = Answered["status"];
export type Kind = Omitted["kind"];
/** The key of a sentence and its values. */
export type Sentence = readonly [key: string, values: Readonly<Record<string, string | number>>];

export interface Digit {
  digit: number;
  /** The probability that it is a digit and that the guess is correct. */
  probability: number;
  /** Of each digit, given that it is one. */
  probabilities: Float64Array;
  /** In whole pixels of the upright picture, as are all boxes here. */
  box: Box;
  /** The same box in the picture as it was searched, or in that of its line. */
  searched: Box;
  /** On which of the lines of a photograph, from 0. */
  line?: number;
  status: AnsweredDigit["status"];
  /** What the network saw. */
  image: Grey;
}

export interface Mark {
  mark: string;
  probability: number;
  box: Box;
  /** Other characters that may stand here, the likeliest first. */
  alternatives: [string, number][];
}

/** Ink that is in no text. */
export interface Ignored {
  kind: Kind;
  box: Box;
}

/** One line of a reading: a number, and where it stands. */
interface NumberLine {
  text: string;
  box: Box;
  /** Of a picture's only line, that of the reading. */
  status: Status;
  /** The probability that the text is complete and right. */
  confidence: number;
  advice: Sentence;
}

export interface Reading {
  text: string;
  status: Status;
  confidence: number;
  /** Of the digits, whatever the marks. */
  digitsStatus: Status;
  digitsConfidence: number;
  digits: Digit[];
  marks: Mark[];
  ignored: Ignored[];
  alternatives: [string, number][];
  advice: Sentence;
  /** The line recogniser's probability that there is no digit, where it takes the ink for something else. */
  noDigit?: number;
  /** Its numbers, one a line, in reading order; made of the text where none are known. */
  lines: NumberLine[];
}

/** The reading with its lines; one of which no line is known by itself has them all alike. */
export function withLines(reading: Reading): Reading {
  const { text, status, confidence, advice, digits, marks, lines } = reading;
  if (lines.length || !text) return reading;
  let [digit, mark] = [0, 0];
  const made = text.split("\n").map((line) => {
    const characters = [...line].map((character) => (isDigit(character) ? digits[digit++] : marks[mark++]));
    const boxes = characters.flatMap((character) => character?.box ?? []);
    const box = boxes.length ? boxes.reduce(union) : boxOf(0, 0, 0, 0);
    return { text: line, box, status, confidence, advice };
  });
  return { ...reading, lines: made };
}

/** The reading of a picture of which nothing is read. */
export function unread(advice: Sentence): Reading {
  const nothing = { digits: [], marks: [], ignored: [], alternatives: [], lines: [] };
  const ofDigits = { digitsStatus: "unsure", digitsConfidence: 0 } as const;
  return { text: "", status: "unsure", confidence: 0, ...ofDigits, advice, ...nothing };
}
