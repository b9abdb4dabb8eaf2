/** The stops of the film: how long each lasts, when it stands still, and the step of Learn that explains it. */
import type { StepName } from "../learn/frame/steps";

interface Stop {
  name: string;
  /** How long something moves, and how long the picture then stands still: where something surprises. */
  seconds: number;
  pause?: number;
  /** The fraction at which most is visible, for readers without motion and for the poster. */
  rest: number;
  step: StepName;
}

export const STOPS = [
  { name: "ink", seconds: 2.5, rest: 0.95, step: "handwriting" },
  { name: "numbers", seconds: 4, rest: 0.75, step: "pixels" },
  { name: "windows", seconds: 4.5, rest: 0.62, step: "convolution" },
  { name: "maps", seconds: 2.5, rest: 0.95, step: "convolution" },
  { name: "deeper", seconds: 3, rest: 0.95, step: "convolution" },
  { name: "hidden", seconds: 2, pause: 1, rest: 0.95, step: "hidden" },
  { name: "scores", seconds: 3, rest: 0.95, step: "template" },
  { name: "softmax", seconds: 2, pause: 1, rest: 0.95, step: "softmax" },
  { name: "answer", seconds: 2.5, rest: 0.95, step: "not-sure" },
  { name: "loss", seconds: 3, rest: 0.95, step: "loss" },
  { name: "gradient", seconds: 4.5, rest: 0.3, step: "backprop" },
  { name: "weights", seconds: 4, pause: 1, rest: 0.97, step: "rate" },
] as const satisfies readonly Stop[];

export type StopName = (typeof STOPS)[number]["name"];

const LENGTHS = STOPS.map(({ seconds, pause = 0 }: Stop) => seconds + pause);

/** In seconds. */
export const LENGTH = LENGTHS.reduce((sum, seconds) => sum + seconds, 0);

const STARTS = LENGTHS.map((_, index) => LENGTHS.slice(0, index).reduce((sum, seconds) => sum + seconds, 0));
const INDICES = new Map<StopName, number>(STOPS.map(({ name }, index) => [name, index]));

/** When a stop begins, in seconds. */
export function startOf(index: number): number {
  return STARTS[index] ?? LENGTH;
}

/** The index of a stop. */
export function indexOf(name: StopName): number {
  return INDICES.get(name) ?? 0;
}

/** The best moment of a stop, in seconds. */
export function restOf(index: number): number {
  const stop = STOPS[index];
  return stop ? startOf(index) + stop.rest * stop.seconds : LENGTH;
}

/** The index of the stop at a time. */
export function stopAt(t: number): number {
  const next = STOPS.findIndex((_, index) => t < startOf(index + 1));
  return next < 0 ? STOPS.length - 1 : next;
}

/** The progress of a part of a stop: 0 before it, 1 after it. */
export function progress(t: number, name: StopName, from = 0, to = 1): number {
  const index = indexOf(name);
  const fraction = (t - startOf(index)) / (STOPS[index]?.seconds ?? 1);
  return Math.min(Math.max((fraction - from) / (to - from), 0), 1);
}

/** The same, beginning and ending gently. */
export function gently(t: number, name: StopName, from = 0, to = 1): number {
  const x = progress(t, name, from, to);
  return x * x * (3 - 2 * x);
}

export function between(from: number, to: number, fraction: number): number {
  return from + (to - from) * fraction;
}
