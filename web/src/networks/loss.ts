/** The cross-entropy of a batch, and its gradient for the scores before softmax. */
import { CLASSES } from "../data/image";

/** How a label of a batch becomes ten targets. */
export interface Targets {
  epsilon: number;
  label_smoothing: number;
}

/** -Σ target · log(y + epsilon), added up over the images. */
export function crossEntropy(probabilities: Float32Array, labels: Uint8Array, targets: Targets): number {
  let sum = 0;
  for (let image = 0; image < labels.length; image++) {
    for (let digit = 0; digit < CLASSES; digit++) {
      const target = targetOf(digit, labels[image] as number, targets.label_smoothing);
      if (target)
        sum -= target * Math.log((probabilities[image * CLASSES + digit] as number) + targets.epsilon);
    }
  }
  return sum;
}

/**
 * The gradient of that sum for the scores: as good as y - target, since softmax and the logarithm cancel out but for
 * epsilon.
 *
 * @param weight the factor of each image's gradient
 */
export function scoreGradient(
  probabilities: Float32Array,
  labels: Uint8Array,
  targets: Targets,
  weight: number,
  gradient: Float32Array,
): void {
  const pull = new Float64Array(CLASSES);
  for (let image = 0; image < labels.length; image++) {
    const start = image * CLASSES;
    let total = 0;
    for (let digit = 0; digit < CLASSES; digit++) {
      const y = probabilities[start + digit] as number;
      const target = targetOf(digit, labels[image] as number, targets.label_smoothing);
      pull[digit] = target ? (target * y) / (y + targets.epsilon) : 0;
      total += pull[digit] as number;
    }
    for (let digit = 0; digit < CLASSES; digit++) {
      const y = probabilities[start + digit] as number;
      gradient[start + digit] = weight * (y * total - (pull[digit] as number));
    }
  }
}

/** How many images got their label as the most probable answer. */
export function countCorrect(probabilities: Float32Array, labels: Uint8Array): number {
  let correct = 0;
  for (let image = 0; image < labels.length; image++) {
    if (largestOf(probabilities, image * CLASSES) === labels[image]) correct++;
  }
  return correct;
}

/** The digit with the largest of the ten values from `start` on; the first of equal ones. */
export function largestOf(values: Float32Array, start: number): number {
  let largest = 0;
  for (let digit = 1; digit < CLASSES; digit++) {
    if ((values[start + digit] as number) > (values[start + largest] as number)) largest = digit;
  }
  return largest;
}

function targetOf(digit: number, label: number, smoothing: number): number {
  return (digit === label ? 1 - smoothing : 0) + smoothing / CLASSES;
}
