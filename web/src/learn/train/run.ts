/** One training run, assembled from the events of the page's own worker. */
import { REPORTS } from "../../generated/training";
import { LIMITS, type NetworkName, type Settings, STANDARD } from "../../networks/settings";
import type { Point } from "../chart/line-chart";
import type { WeightPictures } from "../weight-images";

export interface Result {
  accuracy: number;
  n: number;
  /** The split: test, or validation, which most settings name. */
  on: "test" | "validation";
  wrong: number;
}

/** "planned": named in the address, and not trained here yet. */
type RunState = "planned" | "starting" | "running" | "done" | "stopped" | "failed";

export interface Run {
  id: string;
  /** Its number on the page: 1, 2, … */
  ordinal: number;
  state: RunState;
  settings: Settings;
  /** The last step reported. */
  step: number;
  /** Loss per image by step, whatever the batch size. */
  losses: readonly Point[];
  /** Loss per image on the validation split, by step. */
  validationLosses: readonly Point[];
  /** The last batch's accuracy, and its loss as training computes it. */
  batch: { loss: number; accuracy: number } | null;
  /** Accuracy on the batches and on the validation split, by step. */
  batchAccuracies: readonly Point[];
  accuracies: readonly Point[];
  weights: WeightPictures | null;
  result: Result | null;
  /** Why it failed; "" if it did not. */
  reason: "" | "loss" | "no-data";
}

export type TrainingEvent =
  | { name: "started"; settings: Settings }
  | { name: "progress"; step: number; loss: number; accuracy: number }
  | { name: "validated"; step: number; loss: number; accuracy: number }
  | ({ name: "weights"; step: number } & WeightPictures)
  | ({ name: "done"; step: number } & Result)
  | { name: "stopped"; step: number }
  | { name: "failed"; step: number; reason: "loss" | "no-data" };

export function newRun(id: string, ordinal: number, settings: Settings): Run {
  return {
    id,
    ordinal,
    state: "starting",
    settings,
    step: 0,
    losses: [],
    validationLosses: [],
    batch: null,
    batchAccuracies: [],
    accuracies: [],
    weights: null,
    result: null,
    reason: "",
  };
}

export function hasEnded(run: Run): boolean {
  return ["planned", "done", "stopped", "failed"].includes(run.state);
}

/** The run after more events. */
export function withEvents(run: Run, events: readonly TrainingEvent[]): Run {
  const next = {
    ...run,
    losses: [...run.losses],
    validationLosses: [...run.validationLosses],
    batchAccuracies: [...run.batchAccuracies],
    accuracies: [...run.accuracies],
  };
  for (const event of events) hear(next, event);
  return next;
}

type Growing = Run & Record<"losses" | "validationLosses" | "batchAccuracies" | "accuracies", Point[]>;

function hear(run: Growing, event: TrainingEvent): void {
  if (event.name === "started") {
    run.settings = event.settings;
    run.state = "running";
    run.result = null;
    return;
  }
  const { step } = event;
  run.step = step;
  if (event.name === "progress") {
    const { loss, accuracy } = event;
    const { settings } = run;
    run.batch = { loss, accuracy };
    run.losses.push([step, loss / (settings.loss === "sum" ? settings.batch_size : 1)]);
    run.batchAccuracies.push([step, accuracy]);
  } else if (event.name === "validated") {
    run.accuracies.push([step, event.accuracy]);
    run.validationLosses.push([step, event.loss]);
  } else if (event.name === "weights") {
    run.weights = { kind: event.kind, images: event.images };
  } else if (event.name === "done") {
    const { accuracy, n, on, wrong } = event;
    run.state = "done";
    run.result = { accuracy, n, on, wrong };
  } else if (event.name === "stopped") {
    run.state = "stopped";
  } else {
    run.state = "failed";
    run.reason = event.reason;
  }
}

/*
 * A run is what its settings are: they are its id, which a link carries, and who follows the link can train the same
 * network, number by number.
 */

const SHORT: Readonly<Record<NetworkName, string>> = {
  softmax: "softmax",
  mlp: "mlp",
  small_convolutions: "cnn",
};
const NUMBERS = {
  b: "batch_size",
  r: "learning_rate",
  n: "steps",
  s: "seed",
  h: "hidden",
  d: "depth",
  i: "images",
} as const;
const OPTIMIZERS = ["sgd", "adam"] as const;
const VALIDATIONS = 20; // of a run

/** Settings with the reports that a run of this length makes. */
export function complete(settings: Settings): Settings {
  return {
    ...settings,
    report_every: Math.max(1, Math.floor(settings.steps / REPORTS)),
    validate_every: Math.max(1, Math.floor(settings.steps / VALIDATIONS)),
  };
}

/** Such as "mlp_r0.01_h64": the network, and what differs from its standard settings. */
export function idOf(settings: Settings): string {
  const standard = STANDARD[settings.network];
  const numbers = Object.entries(NUMBERS)
    .filter(([, name]) => settings[name] !== standard[name])
    .map(([letter, name]) => `${letter}${settings[name]}`);
  const optimizer = settings.optimizer === standard.optimizer ? [] : [`o${settings.optimizer}`];
  return [SHORT[settings.network], ...numbers, ...optimizer].join("_");
}

/** The settings of an id; null if it is not one of a run. */
export function settingsOf(id: string): Settings | null {
  const [short, ...pieces] = id.split("_");
  const network = (Object.keys(SHORT) as NetworkName[]).find((name) => SHORT[name] === short);
  if (!network) return null;
  const settings = { ...STANDARD[network] };
  for (const part of pieces) {
    const name = NUMBERS[part.charAt(0) as keyof typeof NUMBERS];
    const optimizer = OPTIMIZERS.find((listed) => part === `o${listed}`);
    const value = Number(part.slice(1));
    if (optimizer) settings.optimizer = optimizer;
    else if (name && part.length > 1 && fits(name, value)) settings[name] = value;
    else return null;
  }
  return complete(settings);
}

function fits(name: keyof typeof LIMITS, value: number): boolean {
  const { min, max } = LIMITS[name];
  if (name === "learning_rate") return value > 0 && value <= max;
  return Number.isInteger(value) && value >= min && value <= max;
}

const PREFIX = "own."; // "softmax" alone is the network that comes with shuzi

/** How networks that were trained in the page are named among models. */
export function ownName(id: string): string {
  return PREFIX + id;
}

/** The id of the run named in the address; null if it names none. */
export function ownRunOf(name: string): string | null {
  const id = name.startsWith(PREFIX) ? name.slice(PREFIX.length) : "";
  return settingsOf(id) ? id : null;
}

/** How the network of this name or version is drawn. */
export function drawnAs(model: string): "templates" | "neurons" | "maps" {
  if (model === "softmax") return "templates";
  const network = settingsOf(ownRunOf(model.split("@")[0] ?? "") ?? "")?.network;
  return network === "softmax" ? "templates" : network === "mlp" ? "neurons" : "maps";
}
