/** The steps in order: each one's question, the right guess, and the related lesson. */

import { type ReadonlySignal, signal } from "@preact/signals";
import { addressOf, oneOf, parameter, query } from "../../address";
import type { Key, PlainKey } from "../../sentences/say";
import { remember, remembered } from "../../shared/storage/database";
import { settle } from "../slider";

type Asking<K> = K extends `learn.${infer Name}.guess.task` ? Name : never;
type GuessOf<Name extends string, K = PlainKey> = K extends `learn.${Name}.guess.${infer Guess}`
  ? Guess
  : never;

/** Its name in the address; its sentences begin with it. */
export type StepName = Asking<Key>;

interface Step<Name extends string> {
  /** The suffixes of the guesses' keys; none if the step provides the guesses itself. */
  guesses?: readonly GuessOf<Name>[];
  /** The index of the right guess. */
  right: number;
  /** The folder of the lesson in the course. */
  lesson: string;
  /** Whether the interactive part fits on a screen: the links wait at its end. */
  isLow?: boolean;
}

export const STEPS: { readonly [Name in StepName]: Step<Name> } = {
  pixels: { guesses: ["next", "row", "last"], right: 1, lesson: "00-play" },
  template: { guesses: ["most", "half", "none"], right: 2, lesson: "06-templates" },
  softmax: { guesses: ["all", "largest", "none"], right: 2, lesson: "02-three-pixels", isLow: true },
  loss: { right: 1, lesson: "03-numpy" },
  rate: { guesses: ["sooner", "swings", "away"], right: 2, lesson: "01-line", isLow: true },
  train: { guesses: ["half", "nine", "all"], right: 1, lesson: "04-tensorflow", isLow: true },
  mistakes: { right: 0, lesson: "11-last-half-percent" },
  hidden: { right: 2, lesson: "07-hidden-layer" },
  backprop: { guesses: ["fifth", "half", "sure"], right: 2, lesson: "07-hidden-layer" },
  convolution: { right: 1, lesson: "10-convolution" },
  handwriting: { right: 2, lesson: "14-your-own-handwriting" },
  "not-sure": { guesses: ["most", "half", "few"], right: 2, lesson: "18-not-sure" },
};

export const STEP_NAMES = Object.keys(STEPS) as readonly StepName[];

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

const KEPT = "steps";

const seen = signal<ReadonlySet<string>>(new Set(remembered(KEPT)?.split(",").filter(Boolean)));

/** Their names in the address. */
export const seenSteps: ReadonlySignal<ReadonlySet<string>> = seen;

export function markSeen(name: string): void {
  if (seen.peek().has(name)) return;
  seen.value = new Set(seen.peek()).add(name);
  remember(KEPT, [...seen.peek()].join(","));
}
