/** A line's likely texts become its best text, with the probability of each character and what else it could be. */

import { SIDE } from "../../generated/ink/normalize";
import {
  CANDIDATE_WEIGHT,
  LEAST_TEXT_PROBABILITY,
  SAME_CHARACTER_IOU,
  SAME_INK,
} from "../../generated/reading/decide";
import { CLASSES, SIGN } from "../../generated/tasks";
import { type Box, iou, overlapOfSmaller } from "../../ink/boxes";
import { cutOut } from "../../ink/normalize";
import { blank, type Grey } from "../../ink/picture";
import { isDigit } from "../classes";
import { corresponding } from "../recognise/alignment";
import { boxesOf } from "../recognise/character-boxes";
import { align, type LineTexts, probabilitiesOf, SCORES, type Weights } from "../recognise/search";

/** A character of a line. */
export interface Character {
  /** A digit, a mark, or a sign. */
  readonly character: string;
  readonly box: Box;
  /** Of each class, over all texts of the line; they add up to 1 at most. */
  readonly probabilities: Float64Array;
  readonly probability: number;
  /** Its ink as the classifier would see it. */
  readonly image: Grey;
}

/** What a line says. */
export interface Outcome {
  /** Its likely texts, the most probable one first, and the probability of each if one of them is right. */
  readonly texts: readonly string[];
  readonly probabilities: readonly number[];
  /** Those of the first text. */
  readonly characters: readonly Character[];
  /** Whether its digits are those of the candidates. */
  readonly agreed: boolean;
}

/** Choose the best text of a line. */
export function outcomeOf(found: LineTexts, weights: Weights, ink: Grey): Outcome {
  const likely = probabilitiesOf(found, weights);
  // texts that differ in signs alone are one text, for signs are in none
  const plain = found.texts.map((text) => text.replaceAll(SIGN, ""));
  const whole = new Map<string, number>();
  plain.forEach((text, place) => {
    whole.set(text, (whole.get(text) ?? 0) + (likely[place] as number));
  });
  const total = (place: number) => whole.get(plain[place] as string) as number;
  const ranked = found.texts
    .map((_, place) => place)
    .sort((a, b) => total(b) - total(a) || (likely[b] as number) - (likely[a] as number));
  const texts = ranked.map((place) => found.texts[place] as string);
  const probabilities = ranked.map((place) => likely[place] as number);
  const [first = 0] = ranked;
  return {
    texts,
    probabilities,
    characters: charactersOf(found, texts, probabilities, ink),
    agreed: found.scores[first]?.[SCORES.length - 1] === 1,
  };
}

function charactersOf(found: LineTexts, texts: string[], probabilities: number[], ink: Grey): Character[] {
  const [best = ""] = texts;
  const { candidates } = found.line;
  const shares = byCharacter(texts, probabilities);
  const places = align([...best].filter(isDigit).map(Number), candidates).places;
  const boxes = boxesOf(found, best, ink);
  return [...best].map((character, place) => {
    const share = shares[place] as Float64Array;
    const aligned = isDigit(character) ? places.shift() : null;
    const candidate = typeof aligned === "number" ? candidates[aligned] : null;
    if (candidate) {
      const total = share.reduce((sum, each) => sum + each, 0);
      candidate.probabilities.forEach((each, digit) => {
        share[digit] = (share[digit] as number) + CANDIDATE_WEIGHT * total * each;
      });
      for (const label of share.keys()) share[label] = (share[label] as number) / (1 + CANDIDATE_WEIGHT);
    }
    const box = candidate?.box ?? (boxes[place] as Box);
    return {
      character,
      box,
      probabilities: share,
      probability: share[CLASSES.indexOf(character)] as number,
      image: candidate?.image ?? cutOut(ink, box) ?? blank(SIDE, SIDE),
    };
  });
}

/**
 * Leave out lines most of whose characters are those of another line.
 *
 * @returns the others, and whether a digit or mark of one of them stands where another character does
 */
export function countedOnce(outcomes: readonly Outcome[]): [Outcome[], boolean] {
  const kept: number[] = [];
  let isInDoubt = false;
  const digitsIn = (place: number) =>
    [...((outcomes[place] as Outcome).texts[0] as string)].filter(isDigit).length;
  for (const place of [...outcomes.keys()].sort((one, other) => digitsIn(other) - digitsIn(one))) {
    const own = (outcomes[place] as Outcome).characters;
    const taken = kept.flatMap((other) => (outcomes[other] as Outcome).characters);
    const twice = own.filter(({ box }) => taken.some((each) => overlapOfSmaller(box, each.box) >= SAME_INK));
    if (own.length && 2 * twice.length >= own.length) continue;
    isInDoubt ||= twice.some(({ character }) => character !== SIGN);
    isInDoubt ||= own
      .slice(1)
      .some(({ box }, before) => iou((own[before] as Character).box, box) >= SAME_CHARACTER_IOU);
    kept.push(place);
  }
  return [kept.sort((one, other) => one - other).map((place) => outcomes[place] as Outcome), isInDoubt];
}

/** Add up, for each character of the first text, the probabilities of the texts that have a class in its place. */
function byCharacter(texts: readonly string[], probabilities: readonly number[]): Float64Array[] {
  const [best = ""] = texts;
  const shares = Array.from(best, () => new Float64Array(CLASSES.length));
  texts.forEach((text, which) => {
    const probability = probabilities[which] as number;
    if (probability < LEAST_TEXT_PROBABILITY) return;
    const pairs =
      text.length === best.length
        ? [...text].map((_, place) => [place, place] as const)
        : corresponding(text, best);
    for (const [from, place] of pairs) {
      const [share, label] = [shares[place] as Float64Array, CLASSES.indexOf(text[from] as string)];
      share[label] = (share[label] as number) + probability;
    }
  });
  return shares;
}
