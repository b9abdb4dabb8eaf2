/** Texts of parts and their probabilities become the most probable whole texts. */
import { MAX_ALTERNATIVES, MIN_ALTERNATIVE } from "../../generated/reading";

/** The possible texts of a part, with their probabilities. */
type Choices = readonly (readonly [text: string, probability: number])[];
export type Texts = [text: string, probability: number][];

/** Put the ends of lines between the parts of each. */
export function onLines(lines: readonly (readonly Choices[])[]): Choices[] {
  return lines.flatMap((line, index) => (index ? [[["\n", 1]] as Choices, ...line] : line));
}

/** The most probable ways to choose a text for each part, joined, the best one first. */
export function mostProbable(pieces: readonly Choices[], most = MAX_ALTERNATIVES): Texts {
  let best: Texts = [["", 1]];
  for (const part of pieces) {
    const likely = byProbability(part).slice(0, most);
    best = byProbability(
      best.flatMap(([text, before]) =>
        likely.map(([more, probability]): Texts[0] => [text + more, before * probability]),
      ),
    ).slice(0, most);
  }
  return best;
}

function byProbability(texts: Choices): Texts {
  return [...texts].sort((a, b) => b[1] - a[1]) as Texts;
}

/** The best texts of independent parts; the first gets the confidence, the others in proportion to it. */
export function bestProducts(pieces: readonly Choices[], confidence: number): Texts {
  const [first, ...others] = mostProbable(pieces) as [Texts[0], ...Texts];
  const rest = others.reduce((sum, [, probability]) => sum + probability, 0);
  const scale = Math.min(
    confidence / Math.max(first[1], MIN_ALTERNATIVE),
    (1 - confidence) / Math.max(rest, MIN_ALTERNATIVE),
  );
  const named = others.map(([text, probability]): Texts[0] => [text, probability * scale]);
  return [[first[0], confidence], ...named.filter((alternative) => alternative[1] >= MIN_ALTERNATIVE)];
}

/** Give the first text the confidence; the rest of 1 is divided among the others by their probabilities. */
export function sharedOut(texts: Texts, confidence: number, ofOthers: number): Texts {
  const [first, ...others] = texts;
  if (!first) return [];
  const rest = others.reduce((sum, [, probability]) => sum + probability, 0);
  const scale = rest > 0 ? ((1 - confidence) * ofOthers) / rest : 0;
  // no other text may get a higher probability than the chosen text
  const named = others.map(([text, probability]): Texts[0] => [
    text,
    Math.min(probability * scale, confidence),
  ]);
  return [[first[0], confidence], ...named.filter((alternative) => alternative[1] >= MIN_ALTERNATIVE)];
}
