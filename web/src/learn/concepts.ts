/** The arithmetic that the steps show: the same ideas, names and formulas as src/shuzi/concepts.py. */
import { EPSILON } from "../generated/training";

/** A row of zeros with a single one in the place of the digit. */
export function oneHot(digit: number, classes = 10): number[] {
  return Array.from({ length: classes }, (_, place) => (place === digit ? 1 : 0));
}

/** Scores become positive probabilities that add up to 1. Subtracting the largest first keeps exp from overflowing. */
export function softmax(scores: readonly number[]): number[] {
  const largest = Math.max(...scores);
  const enlarged = scores.map((score) => Math.exp(score - largest));
  const sum = total(enlarged);
  return enlarged.map((each) => each / sum);
}

/** The squares of the differences between label and output, added up. */
export function squaredError(label: readonly number[], output: readonly number[]): number {
  return total(label.map((wanted, place) => (wanted - at(output, place)) ** 2));
}

/** -Σ label · log(output + epsilon): how surprised the output is by the label. */
export function crossEntropy(
  label: readonly number[],
  output: readonly number[],
  epsilon: number = EPSILON,
): number {
  // terms with label 0 are left out: with epsilon 0 they would be 0 · infinity, which is NaN
  return -total(label.map((wanted, place) => (wanted ? wanted * Math.log(at(output, place) + epsilon) : 0)));
}

/**
 * How hard a loss pushes the scores before softmax: its negative gradient. One step of gradient descent moves a score
 * by the learning rate times this. For cross-entropy it is simply label - output.
 */
export function pushOfCrossEntropy(label: readonly number[], output: readonly number[]): number[] {
  return label.map((wanted, place) => wanted - at(output, place));
}

/** The same for the squared error: going back through softmax multiplies each gradient by the probability. */
export function pushOfSquaredError(label: readonly number[], output: readonly number[]): number[] {
  const slopes = output.map((share, place) => 2 * (share - at(label, place)));
  const mean = total(slopes.map((slope, place) => slope * at(output, place)));
  return output.map((share, place) => share * (mean - at(slopes, place)));
}

/** One step of gradient descent: against the slope, by the slope times the learning rate. */
export function stepDown(place: number, slope: (place: number) => number, learningRate: number): number {
  return place - learningRate * slope(place);
}

export function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function at(values: readonly number[], place: number): number {
  return values[place] ?? 0;
}
