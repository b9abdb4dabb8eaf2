/** Finds the most probable texts that fit a pattern; see `shuzi.reading.patterns.fitting_texts`. */
import {
  FITTING_BEAM_WIDTH,
  LEAST_CLASS_PROBABILITY,
  LOG_OF_ZERO,
  MOST_FITTING_PREFIXES,
  TEXTS_OF_A_STRIP,
} from "../../generated/reading/recognise";
import { addLogs, type Labels } from "../recognise/ctc";
import type { Columns } from "../recognise/models";
import { type Automaton, START } from "./automaton";

interface Prefix {
  labels: Labels;
  /** Its log probabilities with a blank at the end and without. */
  ends: [number, number];
  state: bigint;
}

export interface FittingText {
  labels: Labels;
  logProbability: number;
}

/** The most probable texts that fit, by prefix beam search, the best one first. */
export function fittingTexts(
  { count, classes, values }: Columns,
  automaton: Automaton,
  most = TEXTS_OF_A_STRIP,
): FittingText[] {
  const [blank, seldom] = [classes - 1, Math.log(LEAST_CLASS_PROBABILITY)];
  const step = remembered(automaton);
  let soFar = 0n;
  const within = automaton.endings(count).map((positions) => {
    soFar |= positions;
    return soFar;
  });
  let beams: Prefix[] = [{ labels: [], ends: [0, LOG_OF_ZERO], state: START }];
  for (let index = 0; index < count; index++) {
    const at = (label: number) => values[index * classes + label] as number;
    const alive = within[count - 1 - index] as bigint;
    const likely = Array.from({ length: blank }, (_, label) => label).filter((label) => at(label) > seldom);
    const longer = new Map<string, Prefix>();
    const known = (labels: Labels, state: bigint) => {
      const key = labels.join();
      const prefix: Prefix = longer.get(key) ?? { labels, ends: [LOG_OF_ZERO, LOG_OF_ZERO], state };
      longer.set(key, prefix);
      return prefix.ends;
    };
    for (const { labels, ends, state } of beams) {
      const total = addLogs(...ends);
      const last = labels.at(-1);
      if (state & alive) {
        const same = known(labels, state);
        same[0] = addLogs(same[0], total + at(blank));
        if (last !== undefined) same[1] = addLogs(same[1], ends[1] + at(last));
      }
      for (const label of likely) {
        const following = step(state, label);
        if (!(following & alive)) continue;
        const grown = known([...labels, label], following);
        grown[1] = addLogs(grown[1], (label === last ? ends[0] : total) + at(label));
      }
    }
    beams = kept([...longer.values()]);
  }
  return beams
    .map(({ labels, ends }) => ({ labels, logProbability: Math.min(addLogs(...ends), 0) }))
    .sort((a, b) => b.logProbability - a.logProbability)
    .slice(0, most);
}

/** The best prefixes, and the best one for each state. */
function kept(prefixes: Prefix[]): Prefix[] {
  const reached = new Set<bigint>();
  let count = 0;
  return prefixes
    .map((prefix) => ({ prefix, total: addLogs(...prefix.ends) }))
    .sort((a, b) => b.total - a.total)
    .flatMap(({ prefix }, position) => {
      const isKept =
        position < FITTING_BEAM_WIDTH || (!reached.has(prefix.state) && count < MOST_FITTING_PREFIXES);
      reached.add(prefix.state);
      if (!isKept) return [];
      count++;
      return [prefix];
    });
}

/** The most probable texts of so many digits that fit, the best one first, and their probabilities. */
export function fittingDigits(
  probabilities: readonly Float64Array[],
  automaton: Automaton,
): [text: string, probability: number][] {
  const endings = automaton.endings(probabilities.length);
  const step = remembered(automaton);
  let beams: { text: string; probability: number; state: bigint }[] = [
    { text: "", probability: 1, state: START },
  ];
  probabilities.forEach((ofDigit, index) => {
    const alive = endings[probabilities.length - 1 - index] as bigint;
    beams = beams
      .flatMap(({ text, probability, state }) =>
        Array.from(ofDigit, (likely, digit) => ({
          text: text + digit,
          probability: probability * likely,
          state: step(state, digit),
        })),
      )
      .filter(({ state }) => state & alive)
      .sort((a, b) => b.probability - a.probability)
      .slice(0, MOST_FITTING_PREFIXES);
  });
  return beams.map(({ text, probability }) => [text, probability]);
}

/** The steps of an automaton, each made once. */
function remembered(automaton: Automaton): Automaton["step"] {
  const made = new Map<number, Map<bigint, bigint>>();
  return (positions, label) => {
    const ofLabel = made.get(label) ?? new Map<bigint, bigint>();
    made.set(label, ofLabel);
    const after = ofLabel.get(positions) ?? automaton.step(positions, label);
    ofLabel.set(positions, after);
    return after;
  };
}
