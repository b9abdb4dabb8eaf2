/**
 * A line recogniser's output for each column becomes texts with their probabilities.
 *
 * It was trained with connectionist temporal classification (Graves et al., 2006): each column has a class or a blank,
 * repeats of a class without a blank between them are one character, and the probability of a text is the sum over all
 * of its alignments to the columns.
 */
import { LOG_OF_ZERO, TINY } from "../../generated/reading/recognise";
import { largestAt } from "../../ink/numbers";
import type { Columns } from "./models";

/** Classes of the recogniser, in the order of a text. */
export type Labels = readonly number[];

interface Prefix {
  labels: Labels;
  /** Its log probabilities with a blank at the end and without. */
  ends: [number, number];
}

export interface Text {
  readonly labels: Labels;
  /** At most 0. */
  readonly logProbability: number;
}

/** The most probable texts by prefix beam search (Hannun et al., 2014), the best one first. */
export function bestTexts(
  { count, classes, values }: Columns,
  most: number,
  width: number,
  least: number,
): Text[] {
  const [blank, seldom] = [classes - 1, Math.log(least)];
  let beams: Prefix[] = [{ labels: [], ends: [0, LOG_OF_ZERO] }];
  for (let index = 0; index < count; index++) {
    const column = values.subarray(index * classes, (index + 1) * classes);
    const at = (label: number) => column[label] as number;
    const likely = Array.from({ length: blank }, (_, label) => label).filter((label) => at(label) > seldom);
    if (!likely.length) {
      beams = beams.map(({ labels, ends }) => ({
        labels,
        ends: [addLogs(...ends) + at(blank), LOG_OF_ZERO],
      }));
      continue;
    }
    const longer = new Map<string, Prefix>();
    const endsOf = (labels: Labels) => {
      const key = labels.join();
      const prefix: Prefix = longer.get(key) ?? { labels, ends: [LOG_OF_ZERO, LOG_OF_ZERO] };
      longer.set(key, prefix);
      return prefix.ends;
    };
    for (const { labels, ends } of beams) {
      const total = addLogs(...ends);
      const last = labels.at(-1);
      const same = endsOf(labels);
      same[0] = addLogs(same[0], total + at(blank));
      if (last !== undefined) same[1] = addLogs(same[1], ends[1] + at(last));
      for (const label of likely) {
        const grown = endsOf([...labels, label]);
        // a repeated character needs a blank before it
        grown[1] = addLogs(grown[1], (label === last ? ends[0] : total) + at(label));
      }
    }
    beams = surest([...longer.values()]).slice(0, width);
  }
  return surest(beams)
    .slice(0, most)
    .map(({ labels, ends }) => ({ labels, logProbability: Math.min(addLogs(...ends), 0) }));
}

function surest(prefixes: Prefix[]): Prefix[] {
  return prefixes
    .map((prefix) => ({ prefix, total: addLogs(...prefix.ends) }))
    .sort((a, b) => b.total - a.total)
    .map(({ prefix }) => prefix);
}

/** The log probability of a text: of all its alignments together. */
export function logProbability({ count, classes, values }: Columns, text: Labels): number {
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
