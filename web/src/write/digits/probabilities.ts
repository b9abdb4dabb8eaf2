/** A network's output for a digit becomes one probability for each answer, the same number wherever it is shown. */
import type { Digit } from "../../readings";

export interface Probabilities {
  /** Of each of the ten digits; the answer's is the digit's own probability. */
  digits: readonly number[];
  /** That it is something else. Together they make 1. */
  noDigit: number;
}

/**
 * The network's ten probabilities hold if it is a digit at all, and the digit's own one also counts what else is known:
 * whether it is a digit, and what the line says. Where that lowers the answer's probability, it lowers all ten; where
 * it raises it, the other nine share what is left.
 */
export function probabilitiesOf({
  digit,
  probability,
  probabilities,
}: Pick<Digit, "digit" | "probability" | "probabilities">): Probabilities {
  const own = probabilities[digit] ?? 0;
  if (probability <= own) {
    const digits = probabilities.map((value) => (own ? (value * probability) / own : 0));
    return { digits, noDigit: Math.max(0, 1 - digits.reduce((sum, value) => sum + value, 0)) };
  }
  const rest = 1 - own;
  const digits = probabilities.map((value, index) =>
    index === digit ? probability : rest > 0 ? (value * (1 - probability)) / rest : 0,
  );
  return { digits, noDigit: 0 };
}
