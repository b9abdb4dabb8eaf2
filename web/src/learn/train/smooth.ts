/** A calmer line through a noisy one. */
import type { Point } from "../chart/line-chart";

const KEPT = 0.9;

/**
 * The running mean of the values, in which each value counts a tenth less with each that follows it. Divided by the
 * weights that there are, so that the first values are not drawn towards 0.
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
