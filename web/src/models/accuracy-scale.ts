/**
 * An accuracy scale that stretches towards 100 %: equal steps to the right cut mistakes by equal factors. On a linear
 * scale, all good models would fall on the same spot.
 */

const RIGHT = 0.999;
const LEFTS = [0.8, 0.5, 0] as const;
const TICKS = [0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999] as const;

export interface AccuracyScale {
  /** 0 at the left end, 1 at the right end; values outside are clamped. */
  at(accuracy: number): number;
  ticks: readonly { accuracy: number; at: number }[];
}

/** A scale that includes the lowest of these accuracies. */
export function scaleFor(lowest: number): AccuracyScale {
  const left = LEFTS.find((edge) => edge <= lowest) ?? 0;
  const [from, to] = [Math.log(1 - left), Math.log(1 - RIGHT)];
  const at = (accuracy: number) => {
    const mistakes = Math.max(1 - accuracy, Number.MIN_VALUE);
    return Math.min(Math.max((Math.log(mistakes) - from) / (to - from), 0), 1);
  };
  return {
    at,
    ticks: TICKS.filter((tick) => tick >= left).map((accuracy) => ({ accuracy, at: at(accuracy) })),
  };
}
