/** The settings of the next run, in the address; missing settings have the network's defaults. */
import { computed, type ReadonlySignal } from "@preact/signals";
import { change, numberIn, oneOf, parameter } from "../../address";
import { RECIPES, type TrainingRequest } from "../../generated/shapes";
import {
  LIMITS,
  NETWORKS,
  type NetworkName,
  type Settings,
  STANDARD,
} from "../../networks/training/settings";
import { knob, wholeIn } from "../knob";
import { complete } from "./runs/identity";

/** "page": here, in the page; "tensorflow": by the service. */
export const ENGINES = ["page", "tensorflow"] as const;
export const RECIPE_NAMES = Object.keys(RECIPES) as (keyof typeof RECIPES)[];

export const engine = parameter("with", "page", oneOf(ENGINES));
export const network = parameter<NetworkName>("network", "softmax", oneOf(NETWORKS));
export const recipe = parameter("recipe", "softmax", oneOf(RECIPE_NAMES));
export const optimizer = parameter("optimizer", "", oneOf(["sgd", "adam"]));
export const augment = parameter("augment", "", oneOf(["squeeze"]));
export const seeds = parameter("seeds", 1, wholeIn(1, 5));

const STANDARD_VALUE = -1;

/** A number whose standard depends on the network. */
function adjustable(name: string, read: (text: string) => number | null, standard: () => number) {
  const held = knob(name, STANDARD_VALUE, read);
  return {
    get value() {
      return held.value === STANDARD_VALUE ? standard() : held.value;
    },
    set: (value: number) => held.set(value === standard() ? STANDARD_VALUE : value),
  };
}

const whole = ({ least, most }: { least: number; most: number }) => wholeIn(least, most);
const standardOf = (name: "batch_size" | "learning_rate" | "steps") => () =>
  engine.value === "page" ? STANDARD[network.value][name] : RECIPES[recipe.value][name];

export const batchSize = adjustable("batch", whole(LIMITS.batch_size), standardOf("batch_size"));
export const learningRate = adjustable(
  "rate",
  numberIn(1e-5, LIMITS.learning_rate.most),
  standardOf("learning_rate"),
);
export const steps = adjustable("steps", whole(LIMITS.steps), standardOf("steps"));
export const seed = adjustable("seed", whole(LIMITS.seed), () => 0);
export const hidden = adjustable("hidden", whole(LIMITS.hidden), () => STANDARD.mlp.hidden);
export const depth = adjustable("depth", whole(LIMITS.depth), () => 1);
export const images = adjustable("images", whole(LIMITS.images), () => STANDARD.softmax.images);

/** The settings of a run in the page. */
export function chosenSettings(): Settings {
  const standard = STANDARD[network.value];
  const layered = network.value === "mlp" ? { hidden: hidden.value, depth: depth.value } : {};
  return complete({
    ...standard,
    ...layered,
    batch_size: batchSize.value,
    learning_rate: learningRate.value,
    steps: steps.value,
    seed: seed.value,
    images: images.value,
    optimizer: optimizer.value === "" ? standard.optimizer : (optimizer.value as Settings["optimizer"]),
    augment: augment.value === "squeeze" ? "squeeze" : "none",
  });
}

/** The request for a run of the service. */
export function chosenRequest(): TrainingRequest {
  return {
    recipe: recipe.value,
    batch_size: batchSize.value,
    learning_rate: learningRate.value,
    steps: steps.value,
    seed: seed.value,
  };
}

const NAMES = [
  "batch",
  "rate",
  "steps",
  "seed",
  "seeds",
  "hidden",
  "depth",
  "images",
  "optimizer",
  "augment",
];

/** Back to the network's standard settings. */
export function resetSettings(): void {
  change(Object.fromEntries(NAMES.map((name) => [name, null])));
}

/** Whether the settings are the network's defaults. */
export const isStandard: ReadonlySignal<boolean> = computed(
  () =>
    batchSize.value === standardOf("batch_size")() &&
    learningRate.value === standardOf("learning_rate")() &&
    steps.value === standardOf("steps")() &&
    [seed.value, depth.value, seeds.value].join() === "0,1,1" &&
    hidden.value === STANDARD.mlp.hidden &&
    images.value === STANDARD.softmax.images &&
    optimizer.value === "" &&
    augment.value === "",
);
