/** Gradient descent on a curve, step by step, and what becomes of it. */
import { stepDown } from "./concepts";

/** The points visited so far, including the start. */
export type Walk = readonly number[];

export type Verdict =
  | "ready"
  | "walking"
  | "creeping"
  | "arrived"
  | "caught"
  | "swinging"
  | "climbing"
  | "gone";

const FLAT = 0.005; // a slope this small counts as zero
const BOTTOM = 0.05; // this close to x = 0 counts as arrived
const MANY = 15; // steps after which a walk still near its start counts as creeping
const OUT = 1000; // beyond this, a walk has diverged
const LONGEST = 200; // steps

/** Take one more step; a finished walk does not change. */
export function stepOn(walk: Walk, curve: Curve, rate: number): Walk {
  return isOver(verdictOn(walk, curve)) ? walk : [...walk, stepDown(last(walk), curve.slope, rate)];
}

export function last(walk: Walk): number {
  return walk.at(-1) ?? Number.NaN;
}

export function verdictOn(walk: Walk, curve: Curve): Verdict {
  const [start = 0] = walk;
  const [x, before = x] = [last(walk), walk.at(-2)];
  const steps = walk.length - 1;
  if (Math.abs(x) >= OUT) return "gone";
  if (Math.abs(curve.slope(x)) < FLAT) return Math.abs(x) < BOTTOM ? "arrived" : "caught";
  if (steps === 0) return "ready";
  if (steps >= 4 && Math.abs(x - (walk.at(-3) ?? 0)) < 1e-6) return "swinging";
  if (Math.abs(x) > Math.abs(before) && Math.abs(x) > Math.abs(start)) return "climbing";
  if (steps >= MANY && Math.abs(x) > Math.abs(start) / 2) return "creeping";
  return "walking";
}

/** Whether the walk has ended. */
export function isOver(verdict: Verdict): boolean {
  return ["arrived", "caught", "gone"].includes(verdict);
}

/** Whether an automatic walk should continue. */
export function runsOn(walk: Walk, curve: Curve): boolean {
  const verdict = verdictOn(walk, curve);
  return !isOver(verdict) && walk.length <= (verdict === "swinging" ? 20 : LONGEST);
}

/** The range that the chart must show to contain the walk. */
export function reach(walk: Walk, curve: CurveName): number {
  const furthest = Math.max(...walk.slice(-2).map(Math.abs));
  const least = curve === "dent" ? 4.5 : 5;
  return Math.min(Math.max(least, furthest * 1.08), 14);
}

/** The two curves to descend, each with its exact slope. */
export interface Curve {
  height(x: number): number;
  slope(x: number): number;
}

/** x², as in the lesson. Its slope is 2x, so a rate of 0.5 arrives in one step and a rate above 1 diverges. */
const bowl: Curve = {
  height: (x) => x ** 2,
  slope: (x) => 2 * x,
};

/** x² − 4·e^(−4(x − 2.2)²): the same bowl with a local minimum near x = 2.06. */
const dent: Curve = {
  height: (x) => x ** 2 - 4 * Math.exp(-4 * (x - 2.2) ** 2),
  slope: (x) => 2 * x + 32 * (x - 2.2) * Math.exp(-4 * (x - 2.2) ** 2),
};

export const CURVES = ["bowl", "dent"] as const;
export type CurveName = (typeof CURVES)[number];
export const curves: Record<CurveName, Curve> = { bowl, dent };
