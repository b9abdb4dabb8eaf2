/** A line's strips and candidates become its most probable texts, scored by everything that was seen of it. */

import {
  BEAM_WIDTH,
  LEAST_CANDIDATE_SCORE,
  LEAST_CLASS_PROBABILITY,
  LEAST_DIGIT_PROBABILITY,
  LOWEST_LOG_PROBABILITY,
  MOST_CANDIDATE_SCORE,
  MOST_TEXTS,
  OVERLOOKED_PROBABILITY,
  PLAIN_WEIGHTS,
  SURE_STRIP,
  TEXTS_OF_A_STRIP,
} from "../../generated/reading/recognise";
import { CLASSES, DIGITS } from "../../generated/tasks";
import type { Grey } from "../../ink/picture";
import { cut } from "../../ink/strips";
import { isDigit } from "../classes";
import type { Candidate } from "../find/candidates";
import type { Line } from "../find/line-frames";
import { bestTexts, type Labels, logProbability } from "./ctc";
import type { Columns, Recogniser } from "./models";

/** The scores of a text; see `shuzi.reading.values.Weights`. */
export const SCORES = Object.keys(PLAIN_WEIGHTS) as (keyof typeof PLAIN_WEIGHTS)[];
/** The weight of each. */
export type Weights = readonly number[];

/** The score that a corrected digit adds to texts with a digit at a position; marks and signs are not counted. */
interface Raise {
  readonly index: number;
  readonly digit: number;
  readonly logit: number;
}

/** The possible texts of a line. */
export interface LineTexts {
  readonly line: Line;
  /** The recogniser's output for each frame of it, or for the first alone where that is sure. */
  readonly columns: readonly Columns[];
  /** Digits, marks and a sign for each other character; no text twice. */
  readonly texts: readonly string[];
  /** Of each text, as `SCORES` names them. */
  readonly scores: readonly (readonly number[])[];
  /** The scores that corrected digits add to texts with this number of digits. */
  readonly raises?: readonly Raise[];
  readonly digits?: number;
  /** What a pattern adds to each text: its log probability before anything was seen, up to a constant. */
  readonly priors?: readonly number[];
}

/** The log probability of a text, up to a constant. */
export function totalOf(
  { raises = [], digits }: LineTexts,
  text: string,
  scores: readonly number[],
  weights: Weights,
): number {
  const weighed = scores.reduce((sum, score, index) => sum + score * (weights[index] as number), 0);
  const own = raises.length ? [...text].filter(isDigit) : [];
  if (own.length !== digits) return weighed;
  return raises.reduce(
    (sum, { index, digit, logit }) => sum + (own[index] === String(digit) ? logit : 0),
    weighed,
  );
}

/** The probability of each text of a line if one of them is right. */
export function probabilitiesOf(lineTexts: LineTexts, weights: Weights): number[] {
  const weighed = lineTexts.texts.map(
    (text, index) =>
      totalOf(lineTexts, text, lineTexts.scores[index] ?? [], weights) + (lineTexts.priors?.[index] ?? 0),
  );
  const largest = Math.max(...weighed);
  const enlarged = weighed.map((score) => Math.exp(score - largest));
  const total = enlarged.reduce((sum, score) => sum + score, 0);
  return enlarged.map((score) => score / total);
}

/** Recognise a line and score its likely texts. */
export function textsOf(line: Line, contrast: Grey, recogniser: Recogniser): LineTexts {
  const columns: Columns[] = [];
  const candidates = new Map<string, Labels>([[line.proposed.join(), line.proposed]]);
  for (const frame of line.frames) {
    const column = recogniser.columns(cut(contrast, frame));
    columns.push(column);
    const best = bestTexts(column, TEXTS_OF_A_STRIP, BEAM_WIDTH, LEAST_CLASS_PROBABILITY);
    for (const { labels } of best) if (!candidates.has(labels.join())) candidates.set(labels.join(), labels);
    // where a strip is sure of what the candidates say, another would say the same
    const [first] = best;
    if (first?.labels.join() === line.proposed.join() && first.logProbability >= Math.log(SURE_STRIP)) break;
  }
  const room = Math.min(...columns.map(({ count }) => count));
  const texts = [...candidates.values()].filter(({ length }) => length <= room).slice(0, MOST_TEXTS);
  return {
    line,
    columns,
    texts: texts.map((labels) => labels.map((label) => CLASSES[label]).join("")),
    scores: texts.map((labels) => scoresOf(line, columns, labels)),
  };
}

/** The scores of an additional text of a line. */
export function scoresOfText({ line, columns }: LineTexts, text: string): number[] {
  return scoresOf(
    line,
    columns,
    [...text].map((character) => CLASSES.indexOf(character)),
  );
}

function scoresOf(line: Line, columns: readonly Columns[], labels: Labels): number[] {
  const strips = columns.map((column) => Math.max(logProbability(column, labels), LOWEST_LOG_PROBABILITY));
  const digits = labels.filter((label) => label < DIGITS.length);
  const { matched, overlooked, denied } = align(digits, line.candidates);
  return [
    strips[0] as number,
    strips.at(-1) as number,
    Math.max(...strips),
    matched,
    overlooked,
    denied,
    +(digits.join() === line.proposed.join()),
  ];
}

/** How a text's digits and a line's candidates belong together. */
export interface Alignment {
  matched: number;
  overlooked: number;
  denied: number;
  /** For each digit the index of its candidate, or null. */
  indices: (number | null)[];
}

/** Align digits with candidates, both from left to right, in the most probable way. */
export function align(digits: readonly number[], candidates: readonly Candidate[]): Alignment {
  const scores = candidates.map(({ score }) => Math.max(score, LEAST_CANDIDATE_SCORE));
  const logs = candidates.map(({ probabilities }, index) => {
    const score = scores[index] as number;
    return probabilities.map((probability) =>
      Math.log(Math.max(probability, LEAST_DIGIT_PROBABILITY / score) * score),
    );
  });
  const none = scores.map((score) => Math.log(1 - Math.min(score, MOST_CANDIDATE_SCORE)));
  const missing = Math.log(OVERLOOKED_PROBABILITY);
  const log = (index: number, digit: number) => (logs[index] as Float64Array)[digit] as number;
  // the best score of the first i digits and j candidates, and the last move that leads there
  const best: [score: number, move: 0 | 1 | 2][][] = [[[0, 0]]];
  const at = (i: number, j: number) => (best[i] as (typeof best)[number])[j] as [number, 0 | 1 | 2];
  none.forEach((cost, index) => {
    best[0]?.push([at(0, index)[0] + cost, 2]);
  });
  digits.forEach((digit, above) => {
    const row: (typeof best)[number] = [[at(above, 0)[0] + missing, 1]];
    best.push(row);
    none.forEach((cost, index) => {
      const both = at(above, index)[0] + log(index, digit);
      const alone = at(above, index + 1)[0] + missing;
      const without = at(above + 1, index)[0] + cost;
      row.push(both >= alone && both >= without ? [both, 0] : alone >= without ? [alone, 1] : [without, 2]);
    });
  });
  const alignment: Alignment = { matched: 0, overlooked: 0, denied: 0, indices: [] };
  for (let [i, j] = [digits.length, candidates.length]; i || j; ) {
    const [, move] = at(i, j);
    if (move === 0) alignment.matched += log(j - 1, digits[i - 1] as number);
    else if (move === 1) alignment.overlooked++;
    else alignment.denied += none[j - 1] as number;
    if (move !== 2) alignment.indices.unshift(move === 0 ? j - 1 : null);
    [i, j] = [i - +(move !== 2), j - +(move !== 1)];
  }
  return alignment;
}
