/** The number in a picture; see `shuzi.reading.report.result`. */
import type { Reading as Answered, Digit as AnsweredDigit, Ignored as Omitted } from "../../generated/shapes";
import type { Box } from "../../ink/boxes";
import type { Grey } from "../../ink/picture";

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
  /** The same box in the picture as it was searched. */
  searched: Box;
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
}
