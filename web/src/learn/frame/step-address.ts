/** The current step is in the address, with a history entry for each, so that back goes back one step. */
import { addressOf, parameter, query } from "../../address";
import type { PlainKey } from "../../sentences/say";
import { settle } from "../knob";

/** The short names of the steps, in order; what follows "learn." names them in the address. */
export const STEPS = [
  "learn.pixels",
  "learn.one-hot",
  "learn.template",
  "learn.softmax",
  "learn.loss",
  "learn.rate",
  "learn.train",
  "learn.mistakes",
  "learn.hidden",
  "learn.backprop",
  "learn.overfitting",
  "learn.convolution",
  "learn.handwriting",
  "learn.not-sure",
] as const satisfies readonly PlainKey[];

/** Its name in the address, which its sentences begin with. */
export type StepName = (typeof STEPS)[number] extends `learn.${infer Name}` ? Name : never;

/** Links from before there were names have numbers: those of the six steps that there were. */
const NUMBERED = ["pixels", "one-hot", "softmax", "loss", "rate", "train"];

const [FIRST] = STEPS.map(nameOf);

const parameterOfStep = parameter(
  "step",
  FIRST ?? "",
  (text) => {
    const name = /^\d$/.test(text) ? NUMBERED[Number(text) - 1] : text;
    return STEPS.map(nameOf).find((each) => each === name) ?? null;
  },
  "push",
);

/** The name of a step in the address. */
export function nameOf(key: PlainKey): string {
  return key.slice("learn.".length);
}

/** The current step, from 1. */
export function shownStep(): number {
  return STEPS.findIndex((key) => nameOf(key) === parameterOfStep.value) + 1;
}

export function goToStep(step: number): void {
  const key = STEPS[step - 1];
  if (!key || step === shownStep()) return;
  settle();
  parameterOfStep.set(nameOf(key));
}

/** The address of a step, with everything else as it is. */
export function addressOfStep(step: number): string {
  const key = STEPS[step - 1];
  return addressOf("learn", { ...Object.fromEntries(query.value), step: key ? nameOf(key) : "" });
}
