/**
 * A line recogniser's output for each column becomes texts with their probabilities.
 *
 * It was trained with connectionist temporal classification (Graves et al., 2006): each column has a class or a blank,
 * repeats of a class without a blank between them are one character, and the probability of a text is the sum over all
 * of its alignments to the columns.
 */
import {
  BEAM_WIDTH,
  LOG_OF_ZERO,
  LOWEST_LOG_PROBABILITY,
  MAX_CANDIDATE_SCORE,
  MAX_TEXTS,
  MIN_CANDIDATE_SCORE,
  MIN_CLASS_PROBABILITY,
  MIN_DIGIT_PROBABILITY,
  OVERLOOKED_PROBABILITY,
  PLAIN_WEIGHTS,
  SURE_STRIP,
  TEXTS_OF_A_STRIP,
  TINY,
} from "../../generated/reading";
import { CLASSES } from "../../generated/tasks";
import { largestAt } from "../../ink/numbers";
import type { Grey } from "../../ink/picture";
import { cut } from "../../ink/strips";
import { isDigit } from "../classes";
import type { Candidate } from "../find/candidates";
import type { Line } from "../find/line-frames";
import type { Columns, Recogniser } from "./models";

/** Classes of the recogniser, in the order of a text. */
export type Labels = readonly number[];

/** The beginning of a text. */
export interface Prefix {
  labels: Labels;
  /** Its log probabilities with a blank at the end and without. */
  ends: [number, number];
  /** Where it is in a pattern; without a pattern, always 1. */
  state: bigint;
}

export interface Text {
  readonly text: string;
  /** At most 0. */
  readonly logProbability: number;
}

/** The most probable texts by prefix beam search (Hannun et al., 2014), the best one first. */
export function bestTexts({ count, classes, values }: Columns, most: number): Text[] {
  let beams: Prefix[] = [{ labels: [], ends: [0, LOG_OF_ZERO], state: 1n }];
  for (let index = 0; index < count; index++) {
    const column = values.subarray(index * classes, (index + 1) * classes);
    const labelled = likelyIn(column);
    if (labelled.length) beams = grown(beams, column, labelled).slice(0, BEAM_WIDTH);
    else
      beams = beams.map((prefix) => ({
        ...prefix,
        ends: [addLogs(...prefix.ends) + (column.at(-1) as number), LOG_OF_ZERO],
      }));
  }
  return surest(beams)
    .slice(0, most)
    .map(({ labels, ends }) => ({
      text: labels.map((label) => CLASSES[label]).join(""),
      logProbability: Math.min(addLogs(...ends), 0),
    }));
}

/** The classes, except for the blank, that a column may be. */
export function likelyIn(column: Columns["values"]): number[] {
  const seldom = Math.log(MIN_CLASS_PROBABILITY);
  return [...column.keys()].slice(0, -1).filter((label) => (column[label] as number) > seldom);
}

/**
 * What prefixes become with a column that is a blank or one of some classes, the surest first.
 *
 * @param alive the states of a pattern from which there is still time to fit it
 * @param step where a class leads from a state
 */
export function grown(
  prefixes: readonly Prefix[],
  column: Columns["values"],
  likely: readonly number[],
  alive = 1n,
  step: (state: bigint, label: number) => bigint = (state) => state,
): Prefix[] {
  const at = (label: number) => column[label] as number;
  const blank = column.length - 1;
  const longer = new Map<string, Prefix>();
  const endsOf = (labels: Labels, state: bigint) => {
    const key = labels.join();
    const prefix: Prefix = longer.get(key) ?? { labels, ends: [LOG_OF_ZERO, LOG_OF_ZERO], state };
    longer.set(key, prefix);
    return prefix.ends;
  };
  for (const { labels, ends, state } of prefixes) {
    const total = addLogs(...ends);
    const last = labels.at(-1);
    if (state & alive) {
      const same = endsOf(labels, state);
      same[0] = addLogs(same[0], total + at(blank));
      if (last !== undefined) same[1] = addLogs(same[1], ends[1] + at(last));
    }
    for (const label of likely) {
      const following = step(state, label);
      if (!(following & alive)) continue;
      const more = endsOf([...labels, label], following);
      // a repeated character needs a blank before it
      more[1] = addLogs(more[1], (label === last ? ends[0] : total) + at(label));
    }
  }
  return surest([...longer.values()]);
}

function surest(prefixes: Prefix[]): Prefix[] {
  return prefixes
    .map((prefix) => ({ prefix, total: addLogs(...prefix.ends) }))
    .sort((a, b) => b.total - a.total)
    .map(({ prefix }) => prefix);
}

/** The log probability of a text: of all its alignments together. */
function logProbability({ count, classes, values }: Columns, text: Labels): number {
  const { states, skips } = statesOf(text, classes - 1);
  const size = states.length;
  const likely = (column: number, state: number) =>
    Math.exp(values[column * classes + (states[state] as number)] as number);
  let forward = new Float64Array(size);
  for (let state = 0; state < Math.min(2, size); state++) forward[state] = likely(0, state);
  let scale = 0;
  for (let column = 1; column < count; column++) {
    const moved = new Float64Array(size);
    let highest = TINY; // kept apart, or long lines would underflow
    for (let state = 0; state < size; state++) {
      let sum = forward[state] as number;
      if (state > 0) sum += forward[state - 1] as number;
      if (skips[state]) sum += forward[state - 2] as number;
      moved[state] = sum * likely(column, state);
      highest = Math.max(highest, moved[state] as number);
    }
    forward = moved.map((value) => value / highest);
    scale += Math.log(highest);
  }
  const both = (forward[size - 1] as number) + (size > 1 ? (forward[size - 2] as number) : 0);
  return both > 0 ? Math.min(Math.log(Math.max(both, TINY)) + scale, 0) : LOG_OF_ZERO;
}

/** The log probability of a text in each strip of its line. */
export function logsOf(columns: readonly Columns[], text: string): number[] {
  const labels = [...text].map((character) => CLASSES.indexOf(character));
  return columns.map((column) => Math.max(logProbability(column, labels), LOWEST_LOG_PROBABILITY));
}

/** The most probable column range of each character in a text: the first column and the one after the last. */
export function spans({ count, classes, values }: Columns, text: Labels): [number, number][] {
  if (!text.length) return [];
  const { states, skips } = statesOf(text, classes - 1);
  const at = (column: number, state: number) =>
    values[column * classes + (states[state] as number)] as number;
  let best = Float64Array.from(states, (_, state) => (state < 2 ? at(0, state) : LOG_OF_ZERO));
  const came: Int8Array[] = [];
  for (let column = 1; column < count; column++) {
    const from = new Int8Array(states.length);
    const next = new Float64Array(states.length);
    states.forEach((_, state) => {
      const ways = [
        best[state],
        best[state - 1] ?? LOG_OF_ZERO,
        skips[state] ? best[state - 2] : LOG_OF_ZERO,
      ] as number[];
      from[state] = largestAt(ways);
      next[state] = (ways[from[state] as number] as number) + at(column, state);
    });
    came.push(from);
    best = next;
  }
  let state = states.length - 1;
  if ((best[state] as number) < (best[state - 1] as number)) state--;
  const bounds = text.map((): [number, number] => [0, 0]);
  for (let column = count - 1; column >= 0; column--) {
    if (state % 2) {
      const span = bounds[(state - 1) / 2] as [number, number];
      span[0] = column;
      span[1] = Math.max(span[1], column + 1);
    }
    state -= came[column - 1]?.[state] ?? 0;
  }
  return bounds;
}

/** The characters with blanks between and around them, and which states may skip the blank before them. */
function statesOf(text: Labels, blank: number): { states: number[]; skips: boolean[] } {
  const states = [blank, ...text.flatMap((label) => [label, blank])];
  return {
    states,
    skips: states.map((label, index) => index > 2 && index % 2 === 1 && label !== states[index - 2]),
  };
}

/** The logarithm of the sum of two numbers given as logarithms. */
export function addLogs(a: number, b: number): number {
  const [high, low] = a > b ? [a, b] : [b, a];
  return low <= LOG_OF_ZERO ? high : high + Math.log1p(Math.exp(low - high));
}

type Block = readonly [one: number, other: number, size: number];

/** Pairs of positions in two texts that correspond: equal characters, and as many different ones between equal ones. */
export function corresponding(first: string, second: string): [number, number][] {
  const pairs: [number, number][] = [];
  let [i, j] = [0, 0];
  for (const [a, b, size] of [
    ...blocks(first, second, 0, first.length, 0, second.length),
    [first.length, second.length, 0],
  ] as Block[]) {
    if (a - i === b - j) for (let index = 0; index < a - i; index++) pairs.push([i + index, j + index]);
    for (let index = 0; index < size; index++) pairs.push([a + index, b + index]);
    [i, j] = [a + size, b + size];
  }
  return pairs;
}

/** The longest equal part, the first of several in both texts, and what is alike before and after it. */
function blocks(
  first: string,
  second: string,
  low: number,
  high: number,
  start: number,
  end: number,
): Block[] {
  let [a, b, size] = [low, start, 0];
  for (let i = low; i < high; i++)
    for (let j = start; j < end; j++) {
      let length = 0;
      while (i + length < high && j + length < end && first[i + length] === second[j + length]) length++;
      if (length > size) [a, b, size] = [i, j, length];
    }
  if (!size) return [];
  return [
    ...blocks(first, second, low, a, start, b),
    [a, b, size],
    ...blocks(first, second, a + size, high, b + size, end),
  ];
}

/** The scores of a text; see `shuzi.reading.values.Weights`. */
export const SCORES = Object.keys(PLAIN_WEIGHTS) as (keyof typeof PLAIN_WEIGHTS)[];
/** The weight of each. */
export type Weights = readonly number[];

/** The possible texts of a line. */
export interface LineTexts {
  readonly line: Line;
  /** The recogniser's output for each frame of it, or for the first alone where that is sure. */
  readonly columns: readonly Columns[];
  /** Digits, marks and a sign for each other character; no text twice. */
  readonly texts: readonly string[];
  /** Of each text, as `SCORES` names them. */
  readonly scores: readonly (readonly number[])[];
  /** What a pattern adds to each text: its log probability before anything was seen, up to a constant. */
  readonly priors?: readonly number[];
}

/** The log probability of a text, up to a constant. */
export function totalOf(scores: readonly number[], weights: Weights): number {
  return scores.reduce((sum, score, index) => sum + score * (weights[index] as number), 0);
}

/** The probability of each text of a line if one of them is right. */
export function probabilitiesOf(lineTexts: LineTexts, weights: Weights): number[] {
  const weighed = lineTexts.texts.map(
    (_, index) => totalOf(lineTexts.scores[index] ?? [], weights) + (lineTexts.priors?.[index] ?? 0),
  );
  const largest = Math.max(...weighed);
  const enlarged = weighed.map((score) => Math.exp(score - largest));
  const total = enlarged.reduce((sum, score) => sum + score, 0);
  return enlarged.map((score) => score / total);
}

/** Recognise a line and score its likely texts. */
export function textsOf(line: Line, contrast: Grey, recogniser: Recogniser): LineTexts {
  const columns: Columns[] = [];
  const proposed = line.proposed.join("");
  const likely = new Set([proposed]);
  for (const frame of line.frames) {
    const column = recogniser.columns(cut(contrast, frame));
    columns.push(column);
    const best = bestTexts(column, TEXTS_OF_A_STRIP);
    for (const { text } of best) likely.add(text);
    // where a strip is sure of what the candidates say, another would say the same
    const [first] = best;
    if (first?.text === proposed && first.logProbability >= Math.log(SURE_STRIP)) break;
  }
  const room = Math.min(...columns.map(({ count }) => count));
  const texts = [...likely].filter(({ length }) => length <= room).slice(0, MAX_TEXTS);
  return { line, columns, texts, scores: texts.map((text) => scoresOfText({ line, columns }, text)) };
}

/** The scores of a text of a line. */
export function scoresOfText({ line, columns }: Pick<LineTexts, "line" | "columns">, text: string): number[] {
  const strips = logsOf(columns, text);
  const digits = [...text].filter(isDigit).map(Number);
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
interface Alignment {
  matched: number;
  overlooked: number;
  denied: number;
  /** For each digit the index of its candidate, or null. */
  indices: (number | null)[];
}

/** Align digits with candidates, both from left to right, in the most probable way. */
export function align(digits: readonly number[], candidates: readonly Candidate[]): Alignment {
  const scores = candidates.map(({ score }) => Math.max(score, MIN_CANDIDATE_SCORE));
  const logs = candidates.map(({ probabilities }, index) => {
    const score = scores[index] as number;
    return probabilities.map((probability) =>
      Math.log(Math.max(probability, MIN_DIGIT_PROBABILITY / score) * score),
    );
  });
  const none = scores.map((score) => Math.log(1 - Math.min(score, MAX_CANDIDATE_SCORE)));
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
