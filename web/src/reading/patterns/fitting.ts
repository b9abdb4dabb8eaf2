/** A pattern and a reading become the matching text, or a doubt; see `shuzi.reading.fitting`. */
import {
  FITTING_BEAM_WIDTH,
  LISTED_PROBABILITY,
  LOG_OF_ZERO,
  MAX_ALTERNATIVES,
  MAX_FITTING_PREFIXES,
  MIN_RARITY,
  TEXTS_OF_A_STRIP,
  UNFITTING_EXPONENT,
  VALUE_OK,
} from "../../generated/reading";
import { CLASSES, SIGN } from "../../generated/tasks";
import { largestAt } from "../../ink/numbers";
import { hasDigits } from "../classes";
import type { LineScale } from "../decide/confidence";
import { textOfLines } from "../decide/line-text";
import { outcomesOf } from "../decide/outcome";
import type { Candidates } from "../find/candidates";
import {
  addLogs,
  grown,
  type Labels,
  type LineTexts,
  likelyIn,
  type Prefix,
  scoresOfText,
  totalOf,
  type Weights,
} from "../recognise/ctc";
import type { Columns } from "../recognise/models";
import type { Reading, Sentence } from "../report/result";
import { type Automaton, START } from "./automaton";

/** Let a reading follow a pattern. */
export function follow(plain: Reading, seen: Candidates, pattern: Automaton, scale: LineScale): Reading {
  if (plain.status === "blank" || plain.status === "not-a-digit" || seen.tooMuch) return plain;
  if (!seen.lines.length) return followDigits(plain, pattern);
  const lines = seen.lines.map((line) => withFitting(line, pattern));
  const readWith = (exponent: number) => {
    const weighed = { ...seen, lines: lines.map((line) => weigh(line, pattern, scale.weights, exponent)) };
    return textOfLines(weighed, outcomesOf(weighed, scale.weights), scale);
  };
  const found = readWith(1);
  // no line has a digit, and a pattern makes none
  if (!found) return fits(pattern, plain.text) ? plain : unfitting(plain);
  if (!fits(pattern, found.text)) return unfitting(found);
  // a length or a mark that the pattern has wrong must not make a wrong text sure: what does not fit counts for more
  // here, and the text must be as sure as a value of a list, unless it is sure without any help
  const sure = readWith(UNFITTING_EXPONENT);
  if (sure?.text === found.text && sure.confidence >= VALUE_OK) return onlyFitting(sure, pattern);
  const alone = readWith(0);
  const other = alone?.text === found.text ? plain.text : (alone?.text ?? plain.text);
  if (!alone || other !== found.text) return unsure(onlyFitting(found, pattern), other);
  return onlyFitting(alone, pattern);
}

function onlyFitting(reading: Reading, pattern: Automaton): Reading {
  return { ...reading, alternatives: reading.alternatives.filter(([text]) => fits(pattern, text)) };
}

/** Add to the likely texts of a line those that fit. */
function withFitting(line: LineTexts, pattern: Automaton): LineTexts {
  const room = Math.min(...line.columns.map(({ count }) => count));
  const found = line.columns.flatMap((columns) =>
    fittingTexts(columns, pattern).map(({ labels }) => labels.map((label) => CLASSES[label]).join("")),
  );
  const more = [...new Set(found)].filter((text) => !line.texts.includes(text) && text.length <= room);
  const scores = [...line.scores, ...more.map((text) => scoresOfText(line, text))];
  return { ...line, texts: [...line.texts, ...more], scores };
}

/** Make the texts of a line that do not fit as improbable as they are beforehand, raised to an exponent. */
function weigh(line: LineTexts, pattern: Automaton, weights: Weights, exponent: number): LineTexts {
  const { texts, scores } = line;
  const fitting = texts.map((text) => fits(pattern, text));
  const totals = texts.map((_, index) =>
    fitting[index] ? totalOf(scores[index] ?? [], weights) : Number.NEGATIVE_INFINITY,
  );
  if (!fitting.includes(true)) return line;
  const best = (texts[largestAt(totals)] as string).replaceAll(SIGN, "");
  const rarity = Math.max(pattern.rarity(best.length), MIN_RARITY);
  const unfit = exponent * Math.log((rarity * (1 - LISTED_PROBABILITY)) / LISTED_PROBABILITY);
  // a pattern says nothing of whether there is a number at all
  const priors = texts.map((text, index) => (fitting[index] || !hasDigits(text) ? 0 : unfit));
  return { ...line, priors };
}

/** Let a reading of single digits follow a pattern; what it changes is never sure, nothing else speaks for it. */
function followDigits(plain: Reading, pattern: Automaton): Reading {
  if (fits(pattern, plain.text)) return onlyFitting(plain, pattern);
  const fitting = fittingDigits(
    plain.digits.map(({ probabilities }) => probabilities),
    pattern,
  );
  const [best] = fitting;
  if (!best || plain.text.includes("\n")) return unfitting(plain);
  const allFitting = fitting.reduce((sum, [, probability]) => sum + probability, 0);
  const rarity =
    (Math.max(pattern.rarity(plain.digits.length), MIN_RARITY) * (1 - LISTED_PROBABILITY)) /
    LISTED_PROBABILITY;
  const everything = allFitting + Math.max(1 - allFitting, 0) * rarity;
  const written = plain.digits.reduce(
    (product, { digit, probabilities }) => product * (probabilities[digit] as number),
    1,
  );
  const [text, probability] = best;
  if (probability < written * rarity) return unfitting(plain);
  const confidence = Math.min(probability / everything, plain.confidence);
  const digits = plain.digits.map((digit, index) => {
    const label = Number(text[index]);
    const status = "unsure" as const;
    return { ...digit, digit: label, probability: digit.probabilities[label] as number, status };
  });
  const others = fitting
    .slice(1, MAX_ALTERNATIVES)
    .map(([other, likely]): [string, number] => [other, Math.min(likely / everything, confidence)]);
  const alternatives: [string, number][] = [[text, confidence], ...others];
  return unsure(
    { ...plain, text, confidence, digitsConfidence: confidence, digits, alternatives },
    plain.text,
  );
}

function fits(pattern: Automaton, text: string): boolean {
  return hasDigits(text) && pattern.accepts(text);
}

/** A reading whose text was another one without the pattern. */
function unsure(found: Reading, other: string): Reading {
  const advice: Sentence = [
    "reading.pattern.changed",
    { text: found.text, other: other.replaceAll("\n", " / ") },
  ];
  return { ...found, status: "unsure", digitsStatus: "unsure", advice };
}

/** A reading whose text does not fit. */
function unfitting(found: Reading): Reading {
  return {
    ...found,
    status: "unsure",
    digitsStatus: "unsure",
    advice: ["reading.pattern.none", { text: found.text.replaceAll("\n", " / ") }],
  };
}

interface FittingText {
  labels: Labels;
  logProbability: number;
}

/** The most probable texts that fit, by prefix beam search, the best one first. */
export function fittingTexts({ count, classes, values }: Columns, automaton: Automaton): FittingText[] {
  const step = remembered(automaton);
  let soFar = 0n;
  const within = automaton.endings(count).map((positions) => {
    soFar |= positions;
    return soFar;
  });
  let beams: Prefix[] = [{ labels: [], ends: [0, LOG_OF_ZERO], state: START }];
  for (let index = 0; index < count; index++) {
    const column = values.subarray(index * classes, (index + 1) * classes);
    beams = kept(grown(beams, column, likelyIn(column), within[count - 1 - index], step));
  }
  return beams
    .slice(0, TEXTS_OF_A_STRIP)
    .map(({ labels, ends }) => ({ labels, logProbability: Math.min(addLogs(...ends), 0) }));
}

/** The best prefixes, and the best one for each state. */
function kept(prefixes: readonly Prefix[]): Prefix[] {
  const reached = new Set<bigint>();
  let count = 0;
  return prefixes.filter(({ state }, position) => {
    const isKept = position < FITTING_BEAM_WIDTH || (!reached.has(state) && count < MAX_FITTING_PREFIXES);
    reached.add(state);
    count += Number(isKept);
    return isKept;
  });
}

/** The most probable texts of so many digits that fit, the best one first, and their probabilities. */
function fittingDigits(
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
      .slice(0, MAX_FITTING_PREFIXES);
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
