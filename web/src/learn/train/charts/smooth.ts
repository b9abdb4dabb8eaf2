/** Smooths a noisy line. */
import type { Point } from "../../chart/line-chart";

const KEPT = 0.9;

/**
 * An exponential moving average: each value counts a tenth less with every one that follows. It is divided by the sum
 * of the weights, so that the first values are not biased towards 0.
 */
export function smoothed(points: readonly Point[]): Point[] {
  let sum = 0;
  let weights = 0;
  return points.map(([step, value]) => {
    sum = sum * KEPT + value;
    weights = weights * KEPT + 1;
    return [step, sum / weights];
  });
}
