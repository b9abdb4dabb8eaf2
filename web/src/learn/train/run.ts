/** One training run, assembled from the service's events. */
import { bytes, signedBytes } from "../base64";
import type { Point } from "../chart/line-chart";

/** The values of a recipe that the page uses, named as the service names them. */
export interface Recipe {
  batch_size: number;
  learning_rate: number;
  steps: number;
  seed: number;
  /** Whether the loss of a step is the sum over its batch or the mean. */
  loss: string;
}

export interface Mistake {
  /** Its position in the test split. */
  index: number;
  label: number;
  digit: number;
  probability: number;
  /** 784 values, ink 255. */
  image: Uint8Array;
}

export interface Result {
  accuracy: number;
  n: number;
  on: string;
  wrong: number;
  mistakes: readonly Mistake[];
}

export type RunState = "starting" | "running" | "done" | "stopped" | "failed" | "unknown";

export interface Run {
  id: string;
  /** Its number on the page: 1, 2, … */
  number: number;
  state: RunState;
  /** Null until known. */
  recipe: Recipe | null;
  /** The last step reported. */
  step: number;
  /** Loss per image by step, whatever the batch size. */
  losses: readonly Point[];
  /** The last batch's accuracy, and its loss as training computes it. */
  batch: { loss: number; accuracy: number } | null;
  /** Accuracy on the validation split, by step. */
  accuracies: readonly Point[];
  /** 784 weights for each digit, -127 to 127. */
  weights: readonly Int8Array[] | null;
  result: Result | null;
  /** Why it failed, in a sentence; "" if it did not. */
  failure: string;
  /** The number of the last event, so that none is counted twice. */
  seen: number;
}

export const EVENT_NAMES = [
  "started",
  "progress",
  "validated",
  "weights",
  "done",
  "stopped",
  "failed",
] as const;
export type EventName = (typeof EVENT_NAMES)[number];

export interface TrainingEvent {
  /** A counter; NaN if the service sent none. */
  id: number;
  name: EventName;
  /** As the contract has it for each name. */
  data: Record<string, unknown>;
}

export function newRun(id: string, number: number, recipe: Recipe | null = null): Run {
  return {
    id,
    number,
    state: "starting",
    recipe,
    step: 0,
    losses: [],
    batch: null,
    accuracies: [],
    weights: null,
    result: null,
    failure: "",
    seen: -1,
  };
}

export function hasEnded(run: Run): boolean {
  return ["done", "stopped", "failed", "unknown"].includes(run.state);
}

/** The split of a result: test, or validation, which most recipes use. */
export function examOf({ on }: Result): "test" | "validation" {
  return on === "test" ? "test" : "validation";
}

/** The run after more events; events already seen are skipped. */
export function withEvents(run: Run, events: readonly TrainingEvent[]): Run {
  const next = { ...run, losses: [...run.losses], accuracies: [...run.accuracies] };
  for (const event of events) {
    if (event.id <= next.seen) continue;
    if (!Number.isNaN(event.id)) next.seen = event.id;
    hear(next, event);
  }
  return next;
}

type Growing = Run & { losses: Point[]; accuracies: Point[] };

function hear(run: Growing, { name, data }: TrainingEvent): void {
  const step = Number(data.step ?? run.step);
  run.step = step;
  if (name === "started") {
    run.recipe = data.recipe as Recipe;
    run.state = "running";
  } else if (name === "progress") {
    const loss = Number(data.loss);
    run.batch = { loss, accuracy: Number(data.accuracy) };
    run.losses.push([step, loss / (run.recipe?.loss === "sum" ? run.recipe.batch_size : 1)]);
  } else if (name === "validated") {
    run.accuracies.push([step, Number(data.accuracy)]);
  } else if (name === "weights") {
    run.weights = (data.images as string[]).map(signedBytes);
  } else if (name === "done") {
    run.state = "done";
    run.result = resultOf(data);
  } else if (name === "stopped") {
    run.state = "stopped";
  } else {
    run.state = "failed";
    run.failure = String(data.detail ?? "");
  }
}

function resultOf(data: Record<string, unknown>): Result {
  const mistakes = (data.mistakes ?? []) as (Omit<Mistake, "image"> & { image: string })[];
  return {
    accuracy: Number(data.accuracy),
    n: Number(data.n),
    on: String(data.on),
    wrong: Number(data.wrong),
    mistakes: mistakes.map((mistake) => ({ ...mistake, image: bytes(mistake.image) })),
  };
}
