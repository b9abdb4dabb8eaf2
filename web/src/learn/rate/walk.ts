/** A gradient descent walk and its outcome. */
import { stepDown } from "../concepts";
import type { Curve, CurveName } from "./curves";

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
