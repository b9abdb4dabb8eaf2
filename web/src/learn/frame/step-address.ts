/** The current step is in the address, with a history entry for each, so that back goes back one step. */
import { addressOf, oneOf, parameter, query } from "../../address";
import { settle } from "../knob";
import { STEP_NAMES } from "./steps";

const [FIRST = "pixels"] = STEP_NAMES;

const parameterOfStep = parameter("step", FIRST, oneOf(STEP_NAMES), "push");

/** The current step, from 1. */
export function shownStep(): number {
  return STEP_NAMES.indexOf(parameterOfStep.value) + 1;
}

export function goToStep(step: number): void {
  const name = STEP_NAMES[step - 1];
  if (!name || step === shownStep()) return;
  settle();
  parameterOfStep.set(name);
}

/** The address of a step, with all other parameters unchanged. */
export function addressOfStep(step: number): string {
  return addressOf("learn", { ...Object.fromEntries(query.value), step: STEP_NAMES[step - 1] ?? "" });
}
