/** One training run, assembled from events: those of the service, or of the page's own worker. */
import { REPORTS } from "../../generated/training";
import { LIMITS, type NetworkName, type Settings, STANDARD } from "../../networks/settings";
import { bytesOf } from "../../shared/files";
import type { Point } from "../chart/line-chart";

/** The values of a recipe that the page uses, named as Python names them. */
export interface Recipe {
  network: string;
  batch_size: number;
  learning_rate: number;
  steps: number;
  seed: number;
  /** Whether the loss of a step is the sum over its batch or the mean. */
  loss: string;
  /** The recipe's name, of a run of the service. */
  name?: string;
  hidden?: number;
  depth?: number;
  images?: number;
  optimizer?: string;
  augment?: string;
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

/** "planned": named in the address, and not trained here yet; "unknown": the service has forgotten it. */
type RunState = "planned" | "starting" | "running" | "done" | "stopped" | "failed" | "unknown";

/** Weights as pictures: templates of the ten digits, hidden neurons (28x28 each) or filters. */
export interface WeightPictures {
  kind: "templates" | "neurons" | "filters";
  /** -127 to 127. */
  images: readonly Int8Array[];
}

export interface Run {
  id: string;
  /** Its number on the page: 1, 2, … */
  ordinal: number;
  where: "page" | "service";
  state: RunState;
  /** Null until known. */
  recipe: Recipe | null;
  /** The last step reported. */
  step: number;
  /** Loss per image by step, whatever the batch size. */
  losses: readonly Point[];
  /** Loss per image on the validation split, by step; only of runs in the page. */
  validationLosses: readonly Point[];
  /** The last batch's accuracy, and its loss as training computes it. */
  batch: { loss: number; accuracy: number } | null;
  /** Accuracy on the batches and on the validation split, by step. */
  batchAccuracies: readonly Point[];
  accuracies: readonly Point[];
  weights: WeightPictures | null;
  result: Result | null;
  /** Why it failed: a sentence of the service, or one of the page's own reasons; "" if it did not. */
  failure: string;
  reason: "" | "loss" | "no-data";
  /** The id of the last event, so that none is counted twice. */
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
  /** As in the service's schema for each name; bytes are base64 in its events. */
  data: Record<string, unknown>;
}

export function newRun(id: string, ordinal: number, where: Run["where"], recipe: Recipe | null = null): Run {
  return {
    id,
    ordinal,
    where,
    state: "starting",
    recipe,
    step: 0,
    losses: [],
    validationLosses: [],
    batch: null,
    batchAccuracies: [],
    accuracies: [],
    weights: null,
    result: null,
    failure: "",
    reason: "",
    seen: -1,
  };
}

export function hasEnded(run: Run): boolean {
  return ["planned", "done", "stopped", "failed", "unknown"].includes(run.state);
}

/** The split of a result: test, or validation, which most recipes use. */
export function examOf({ on }: Result): "test" | "validation" {
  return on === "test" ? "test" : "validation";
}

/** The run after more events; events already seen are skipped. */
export function withEvents(run: Run, events: readonly TrainingEvent[]): Run {
  const next = {
    ...run,
    losses: [...run.losses],
    validationLosses: [...run.validationLosses],
    batchAccuracies: [...run.batchAccuracies],
    accuracies: [...run.accuracies],
  };
  for (const event of events) {
    if (event.id <= next.seen) continue;
    if (!Number.isNaN(event.id)) next.seen = event.id;
    hear(next, event);
  }
  return next;
}

type Growing = Run & Record<"losses" | "validationLosses" | "batchAccuracies" | "accuracies", Point[]>;

function hear(run: Growing, { name, data }: TrainingEvent): void {
  const step = Number(data.step ?? run.step);
  run.step = step;
  if (name === "started") {
    run.recipe = data.recipe as Recipe;
    run.state = "running";
    run.result = null;
  } else if (name === "progress") {
    const loss = Number(data.loss);
    run.batch = { loss, accuracy: Number(data.accuracy) };
    run.losses.push([step, loss / (run.recipe?.loss === "sum" ? run.recipe.batch_size : 1)]);
    run.batchAccuracies.push([step, Number(data.accuracy)]);
  } else if (name === "validated") {
    run.accuracies.push([step, Number(data.accuracy)]);
    if (data.loss !== undefined) run.validationLosses.push([step, Number(data.loss)]);
  } else if (name === "weights") {
    const images = data.images as (string | Int8Array)[];
    run.weights = {
      kind: (data.kind as WeightPictures["kind"] | undefined) ?? "templates",
      images: images.map((image) =>
        typeof image === "string" ? new Int8Array(bytesOf(image).buffer) : image,
      ),
    };
  } else if (name === "done") {
    run.state = "done";
    run.result = resultOf(data);
  } else if (name === "stopped") {
    run.state = "stopped";
  } else {
    run.state = "failed";
    run.failure = String(data.detail ?? "");
    run.reason = run.where === "page" ? (data.key as Run["reason"]) : "";
  }
}

function resultOf(data: Record<string, unknown>): Result {
  const mistakes = (data.mistakes ?? []) as (Omit<Mistake, "image"> & { image: string | Uint8Array })[];
  return {
    accuracy: Number(data.accuracy),
    n: Number(data.n),
    on: String(data.on),
    wrong: Number(data.wrong),
    mistakes: mistakes.map(({ image, ...mistake }) => ({
      ...mistake,
      image: typeof image === "string" ? bytesOf(image) : image,
    })),
  };
}

/*
 * A run in the page is what its settings are: they are its id, which a link carries, and who follows the link can train
 * the same network, number by number. A run of the service has an id that the service gave it.
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
  const augment = settings.augment === "squeeze" ? ["a"] : [];
  return [SHORT[settings.network], ...numbers, ...optimizer, ...augment].join("_");
}

/** The settings of an id; null if it is not one of a run in the page. */
export function settingsOf(id: string): Settings | null {
  const [short, ...pieces] = id.split("_");
  const network = (Object.keys(SHORT) as NetworkName[]).find((name) => SHORT[name] === short);
  if (!network) return null;
  const settings = { ...STANDARD[network] };
  for (const part of pieces) {
    const name = NUMBERS[part.charAt(0) as keyof typeof NUMBERS];
    const optimizer = OPTIMIZERS.find((listed) => part === `o${listed}`);
    const value = Number(part.slice(1));
    if (part === "a") settings.augment = "squeeze";
    else if (optimizer) settings.optimizer = optimizer;
    else if (name && part.length > 1 && fits(name, value)) settings[name] = value;
    else return null;
  }
  return complete(settings);
}

function fits(name: keyof typeof LIMITS, value: number): boolean {
  const { least, most } = LIMITS[name];
  if (name === "learning_rate") return value > 0 && value <= most;
  return Number.isInteger(value) && value >= least && value <= most;
}

const PREFIX = "own."; // "softmax" alone is the network that comes with shuzi

/** How networks that were trained in the page are named among models. */
export function ownName(id: string): string {
  return PREFIX + id;
}

/** The id of the run named in the address; null if it names none in the page. */
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
