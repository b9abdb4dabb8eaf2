/** The arithmetic that the steps show: the same ideas, names and formulas as in the first lessons and tests/training/first_network.py. */
import { EPSILON } from "../generated/training";

/** A row of zeros with a single one at the index of the digit. */
export function oneHot(digit: number, classes = 10): number[] {
  return Array.from({ length: classes }, (_, index) => (index === digit ? 1 : 0));
}

/** Scores become positive probabilities that add up to 1. Subtracting the largest first keeps exp from overflowing. */
export function softmax(scores: readonly number[]): number[] {
  const largest = Math.max(...scores);
  const enlarged = scores.map((score) => Math.exp(score - largest));
  const sum = total(enlarged);
  return enlarged.map((value) => value / sum);
}

/** The squares of the differences between label and output, added up. */
export function squaredError(label: readonly number[], output: readonly number[]): number {
  return total(label.map((wanted, index) => (wanted - at(output, index)) ** 2));
}

/** -Σ label · log(output + epsilon): how surprised the output is by the label. */
export function crossEntropy(
  label: readonly number[],
  output: readonly number[],
  epsilon: number = EPSILON,
): number {
  // terms with label 0 are left out: with epsilon 0 they would be 0 · infinity, which is NaN
  return -total(label.map((wanted, index) => (wanted ? wanted * Math.log(at(output, index) + epsilon) : 0)));
}

/**
 * How hard a loss pushes the scores before softmax: its negative gradient. One step of gradient descent moves a score
 * by the learning rate times this. For cross-entropy it is simply label - output.
 */
export function pushOfCrossEntropy(label: readonly number[], output: readonly number[]): number[] {
  return label.map((wanted, index) => wanted - at(output, index));
}

/** The same for the squared error: going back through softmax multiplies each gradient by the probability. */
export function pushOfSquaredError(label: readonly number[], output: readonly number[]): number[] {
  const slopes = output.map((probability, index) => 2 * (probability - at(label, index)));
  const mean = total(slopes.map((slope, index) => slope * at(output, index)));
  return output.map((probability, index) => probability * (mean - at(slopes, index)));
}

/** One step of gradient descent: against the slope, by the slope times the learning rate. */
export function stepDown(index: number, slope: (position: number) => number, learningRate: number): number {
  return index - learningRate * slope(index);
}

export function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function at(values: readonly number[], index: number): number {
  return values[index] ?? 0;
}

/** The scores of the softmax step and their form in an address: "4,5,10". */
export const LEAST = -10;
export const MOST = 10;

/** The lesson's example. */
export const THREE = [4, 5, 10];
/** The shipped softmax network's scores for the 7 of the first step, rounded. */
export const TEN = [2.4, -7.9, -4.8, -0.2, 0.5, 1.6, -2, 7.8, 0.5, 2];

export function scoresOf(text: string): number[] {
  return text.split(",").map(Number);
}

export function textOf(scores: readonly number[]): string {
  return scores.map((score) => Number(score.toFixed(1))).join(",");
}

/** For `knob`: three or ten scores in range, else null. */
export function readScores(text: string): string | null {
  const pieces = text.split(",");
  const scores = pieces.map(Number);
  const sound = scores.every(
    (score, index) => pieces[index]?.trim() !== "" && score >= LEAST && score <= MOST,
  );
  return sound && [THREE.length, TEN.length].includes(scores.length) ? textOf(scores) : null;
}
