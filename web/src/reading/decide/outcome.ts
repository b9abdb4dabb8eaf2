/** A line's likely texts become its best text, with the probability of each character and what else it could be. */
import { SIDE } from "../../generated/ink/normalize";
import {
  CANDIDATE_WEIGHT,
  MIN_TEXT_PROBABILITY,
  SAME_CHARACTER_IOU,
  SAME_INK,
} from "../../generated/reading";
import { CLASSES, SIGN } from "../../generated/tasks";
import { type Box, iou, overlapOfSmaller } from "../../ink/boxes";
import { cutOut } from "../../ink/normalize";
import { blank, type Grey } from "../../ink/picture";
import { hasDigits, isDigit, withoutMarks } from "../classes";
import type { Candidates } from "../find/candidates";
import { boxesOf } from "../recognise/character-boxes";
import {
  align,
  corresponding,
  type LineTexts,
  probabilitiesOf,
  SCORES,
  type Weights,
} from "../recognise/ctc";
import { mostProbable, onLines, type Texts } from "./alternatives";

/** A character of a line. */
export interface Character {
  /** A digit, a mark, or a sign. */
  readonly character: string;
  readonly box: Box;
  /** The probability of each class, over all texts of the line; they add up to 1 at most. */
  readonly probabilities: Float64Array;
  readonly probability: number;
  /** Its ink as the classifier would see it. */
  readonly image: Grey;
}

/** The texts of a line, with their probabilities. */
export interface Outcome {
  /** Its likely texts, the most probable one first, and the probability of each if one of them is right. */
  readonly texts: readonly string[];
  readonly probabilities: readonly number[];
  /** Those of the first text. */
  readonly characters: readonly Character[];
  /** Whether its digits are those of the candidates. */
  readonly agreed: boolean;
  /** Whether a straight stroke goes through all of them. */
  readonly isStruck: boolean;
}

/** Choose the best text of a line. */
export function outcomeOf(lineTexts: LineTexts, weights: Weights, ink: Grey): Outcome {
  const likely = probabilitiesOf(lineTexts, weights);
  // texts that differ in signs alone are one text, for signs are in none
  const plain = lineTexts.texts.map((text) => text.replaceAll(SIGN, ""));
  const whole = new Map<string, number>();
  plain.forEach((text, index) => {
    whole.set(text, (whole.get(text) ?? 0) + (likely[index] as number));
  });
  const total = (index: number) => whole.get(plain[index] as string) as number;
  const ranked = lineTexts.texts
    .map((_, index) => index)
    .sort((a, b) => total(b) - total(a) || (likely[b] as number) - (likely[a] as number));
  const texts = ranked.map((index) => lineTexts.texts[index] as string);
  const probabilities = ranked.map((index) => likely[index] as number);
  const [first = 0] = ranked;
  return {
    texts,
    probabilities,
    characters: charactersOf(lineTexts, texts, probabilities, ink),
    agreed: lineTexts.scores[first]?.[SCORES.length - 1] === 1,
    isStruck: lineTexts.line.isStruck,
  };
}

/** Find the characters of the first of some texts on its line; the probability of each is given. */
export function charactersOf(
  lineTexts: LineTexts,
  texts: readonly string[],
  probabilities: readonly number[],
  ink: Grey,
): Character[] {
  const [best = ""] = texts;
  const { candidates } = lineTexts.line;
  const byIndex = byCharacter(texts, probabilities);
  const aligned = align([...best].filter(isDigit).map(Number), candidates).indices;
  const boxes = boxesOf(lineTexts, best, ink);
  return [...best].map((character, index) => {
    const probabilities = byIndex[index] as Float64Array;
    const next = isDigit(character) ? aligned.shift() : null;
    const candidate = typeof next === "number" ? candidates[next] : null;
    if (candidate) {
      const total = probabilities.reduce((sum, probability) => sum + probability, 0);
      candidate.probabilities.forEach((value, digit) => {
        probabilities[digit] = (probabilities[digit] as number) + CANDIDATE_WEIGHT * total * value;
      });
      for (const label of probabilities.keys())
        probabilities[label] = (probabilities[label] as number) / (1 + CANDIDATE_WEIGHT);
    }
    const box = candidate?.box ?? (boxes[index] as Box);
    return {
      character,
      box,
      probabilities: probabilities,
      probability: probabilities[CLASSES.indexOf(character)] as number,
      image: candidate?.image ?? cutOut(ink, box) ?? blank(SIDE, SIDE),
    };
  });
}

/** The texts of a page's lines, with their probabilities. */
export interface Outcomes {
  /** Without lines most of whose characters are those of another line. */
  readonly countedOnce: readonly Outcome[];
  /** Whether a digit or mark of one of them stands where another character does. */
  readonly isShared: boolean;
  /** Those of them that hold digits. */
  readonly written: readonly Outcome[];
  /** The most probable whole texts of these, without signs, the best one first. */
  readonly texts: Texts;
  /** Whether a sign stands between digits of one of these. */
  readonly isSignInside: boolean;
  /** The probability of all texts with the digits of the best one. */
  readonly probabilityOfDigits: number;
}

/** Choose the best text of each line of a page. */
export function outcomesOf({ lines, ink }: Candidates, weights: Weights): Outcomes {
  const outcomes = lines.map((line) => outcomeOf(line, weights, ink));
  const kept: Outcome[] = [];
  let isShared = false;
  for (const outcome of outcomes.toSorted((a, b) => countDigits(b) - countDigits(a))) {
    const own = outcome.characters;
    const taken = kept.flatMap(({ characters }) => characters);
    const repeated = own.filter(({ box }) =>
      taken.some((character) => overlapOfSmaller(box, character.box) >= SAME_INK),
    );
    if (own.length && 2 * repeated.length >= own.length) continue;
    isShared ||= repeated.some(({ character }) => character !== SIGN);
    isShared ||= own
      .slice(1)
      .some(({ box }, before) => iou((own[before] as Character).box, box) >= SAME_CHARACTER_IOU);
    kept.push(outcome);
  }
  const countedOnce = outcomes.filter((outcome) => kept.includes(outcome));
  const written = countedOnce.filter(({ texts }) => hasDigits(texts[0] as string));
  return {
    countedOnce,
    isShared,
    written,
    texts: mostProbable(onLines(written.map((line) => [plainTexts(line)]))),
    isSignInside: written.some(({ texts }) => hasSignInside(texts[0] as string)),
    probabilityOfDigits: written.reduce((product, line) => product * probabilityOfDigits(line), 1),
  };
}

function countDigits({ texts }: Outcome): number {
  return [...(texts[0] as string)].filter(isDigit).length;
}

/** Add up, for each character of the first text, the probabilities of the texts that have a class at its position. */
function byCharacter(texts: readonly string[], probabilities: readonly number[]): Float64Array[] {
  const [best = ""] = texts;
  const byIndex = Array.from(best, () => new Float64Array(CLASSES.length));
  texts.forEach((text, which) => {
    const probability = probabilities[which] as number;
    if (probability < MIN_TEXT_PROBABILITY) return;
    const pairs =
      text.length === best.length
        ? [...text].map((_, index) => [index, index] as const)
        : corresponding(text, best);
    for (const [from, index] of pairs) {
      const [probabilities, label] = [byIndex[index] as Float64Array, CLASSES.indexOf(text[from] as string)];
      probabilities[label] = (probabilities[label] as number) + probability;
    }
  });
  return byIndex;
}

/** A line's texts without signs, and their probabilities, the first one that of the best text. */
function plainTexts({ texts, probabilities }: Outcome): Texts {
  const merged = new Map<string, number>();
  texts.forEach((text, index) => {
    const plain = text.replaceAll(SIGN, "");
    merged.set(plain, (merged.get(plain) ?? 0) + (probabilities[index] as number));
  });
  const [first, ...others] = [...merged] as [Texts[0], ...Texts];
  return [first, ...others.sort((a, b) => b[1] - a[1])];
}

/** The probability of all texts with the digits of the best one. */
function probabilityOfDigits({ texts, probabilities }: Outcome): number {
  const best = withoutMarks(texts[0] as string);
  return Math.min(
    1,
    sumWhere(probabilities, (index) => withoutMarks(texts[index] as string) === best),
  );
}

/** The probability of all texts without a digit. */
export function probabilityOfNoDigit({ texts, probabilities }: Outcome): number {
  return sumWhere(probabilities, (index) => !hasDigits(texts[index] as string));
}

function sumWhere(values: readonly number[], counts: (index: number) => boolean): number {
  return values.reduce((sum, value, index) => sum + (counts(index) ? value : 0), 0);
}

/** Whether a sign stands between digits. */
function hasSignInside(text: string): boolean {
  const digits = [...text].flatMap((character, index) => (isDigit(character) ? [index] : []));
  return text.slice(digits[0], digits.at(-1)).includes(SIGN);
}
