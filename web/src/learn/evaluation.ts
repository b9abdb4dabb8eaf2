/** Measure confidence from answers and labels: how often it is right, and the effect of a threshold. */
import { CLASSES } from "../data/image";
import type { Said } from "../models/test-images";

const BINS = 10;

/** Answers of about the same confidence. */
export interface Bin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  /** Their mean confidence. */
  readonly promised: number;
  /** The fraction of them that is right. */
  readonly right: number;
}

/** Ten bins of the same width; those without answers are left out. */
export function binsOf(said: readonly Said[]): Bin[] {
  return Array.from({ length: BINS }, (_, bin) => {
    const inside = said.filter(({ confidence }) => Math.min(Math.floor(confidence * BINS), BINS - 1) === bin);
    const count = inside.length;
    const promised = inside.reduce((sum, { confidence }) => sum + confidence, 0) / count;
    const right = inside.filter(isRight).length / count;
    return { from: bin / BINS, to: (bin + 1) / BINS, count, promised, right };
  }).filter(({ count }) => count > 0);
}

/** The answers above a threshold. */
interface Above {
  readonly answered: number;
  readonly wrong: number;
}

/** Count the answers of at least this confidence, and those of them that are wrong. */
export function above(said: readonly Said[], threshold: number): Above {
  const answered = said.filter(({ confidence }) => confidence >= threshold);
  return { answered: answered.length, wrong: answered.filter((answer) => !isRight(answer)).length };
}

function isRight({ label, digit }: Said): boolean {
  return label === digit;
}

/** For each label a row of ten counts, one for each answer. */
export function counts(answers: readonly Said[]): number[][] {
  const table = Array.from({ length: CLASSES }, () => new Array<number>(CLASSES).fill(0));
  for (const { label, digit } of answers) {
    const row = table[label];
    if (row) row[digit] = (row[digit] ?? 0) + 1;
  }
  return table;
}
