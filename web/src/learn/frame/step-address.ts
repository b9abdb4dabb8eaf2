/** The current step is in the address, with a history entry for each, so that back goes back one step. */
import { addressOf, parameter, query } from "../../address";
import type { PlainKey } from "../../sentences/say";
import { settle, wholeIn } from "../knob";

/** The short names of the steps, in order. */
export const STEPS = [
  "learn.pixels",
  "learn.one-hot",
  "learn.softmax",
  "learn.loss",
  "learn.rate",
  "learn.train",
] as const satisfies readonly PlainKey[];

const parameterOfStep = parameter("step", 1, wholeIn(1, STEPS.length), "push");

/** The current step, from 1. */
export function shownStep(): number {
  return parameterOfStep.value;
}

export function goToStep(step: number): void {
  if (step < 1 || step > STEPS.length || step === parameterOfStep.value) return;
  settle();
  parameterOfStep.set(step);
}

/** The address of a step, with everything else as it is. */
export function addressOfStep(step: number): string {
  return addressOf("learn", { ...Object.fromEntries(query.value), step: String(step) });
}
