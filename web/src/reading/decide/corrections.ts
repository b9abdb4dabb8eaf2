/** A person's corrected digits change the texts of a line; see `shuzi.reading.hand`. */
import { isDigit } from "../classes";
import type { Candidates } from "../find/candidates";
import { type LineTexts, scoresOfText, totalOf, type Weights } from "../recognise/ctc";
import type { Correction } from "../recognise/hand";
import type { Classifier } from "../recognise/models";
import { outcomeOf } from "./outcome";

/** Let the corrected digits that a classifier knows speak about the lines of a page. */
export function correct(seen: Candidates, classifier: Classifier, weights: Weights): Candidates {
  if (!classifier.knowsAny || !seen.lines.length) return seen;
  return { ...seen, lines: seen.lines.map((line) => correctedLine(line, seen, classifier, weights)) };
}

function correctedLine(
  lineTexts: LineTexts,
  seen: Candidates,
  classifier: Classifier,
  weights: Weights,
): LineTexts {
  const { texts, characters } = outcomeOf(lineTexts, weights, seen.ink);
  const text = texts[0] as string;
  const indices = [...text].flatMap((character, index) => (isDigit(character) ? [index] : []));
  const images = indices.flatMap((index) => characters[index]?.image ?? []);
  const told = classifier.corrections(
    images,
    indices.map((index) => Number(text[index])),
  );
  const corrections = told.flatMap((correction, index) =>
    correction ? [{ order: index, index: indices[index] as number, ...correction }] : [],
  );
  if (!corrections.length) return lineTexts;
  const total = (variant: string) => totalOf(lineTexts, variant, scoresOfText(lineTexts, variant), weights);
  const singly = corrections.map((correction) => withCorrected(text, [correction]));
  const before = total(text);
  // between the line's evidence and the corrected digit's
  const raises = corrections.map(({ order, digit, alike, logit }, which) => ({
    index: order,
    digit,
    logit: Math.max(alike * (logit - (total(singly[which] as string) - before)), 0),
  }));
  const allCorrected = withCorrected(
    text,
    corrections.filter(({ logit }) => logit > 0),
  );
  const more = [...new Set([...singly, allCorrected])].filter(
    (variant) => !lineTexts.texts.includes(variant),
  );
  return {
    ...lineTexts,
    texts: [...lineTexts.texts, ...more],
    scores: [...lineTexts.scores, ...more.map((variant) => scoresOfText(lineTexts, variant))],
    raises,
    digits: indices.length,
  };
}

function withCorrected(text: string, corrections: readonly (Correction & { index: number })[]): string {
  const characters = [...text];
  for (const { index, digit } of corrections) characters[index] = String(digit);
  return characters.join("");
}
