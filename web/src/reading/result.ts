/** The number in a picture; see `shuzi.reading.report.result`. */
import type { Box } from "../ink/boxes";
import type { Grey } from "../ink/picture";

export type Status = "ok" | "blank" | "not-a-digit" | "unsure";
export type Kind = "ruling" | "sign" | "print" | "stain" | "neighbour" | "unknown";
/** The key of a sentence and its values. */
export type Sentence = readonly [key: string, values: Readonly<Record<string, string | number>>];

export const MOST_ALTERNATIVES = 10;

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
  status: "ok" | "not-a-digit" | "unsure";
  /** What the network saw. */
  image: Grey;
}

export interface Mark {
  mark: string;
  probability: number;
  box: Box;
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
  digitsConfidence: number;
  digits: Digit[];
  marks: Mark[];
  ignored: Ignored[];
  alternatives: [string, number][];
  advice: Sentence;
}
