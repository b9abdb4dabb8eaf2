/** Name runs by the network and its non-standard settings. */
import { MODELS } from "../../../here/read";
import { type NetworkName, type Settings, STANDARD } from "../../../networks/training/settings";
import { say } from "../../../sentences/say";
import { whole } from "../../format";
import { givenNames } from "./kept-networks";
import type { Recipe, Run } from "./run";

const COLOURS = 10;

/** A letter for each run, beside its line and in the list: A, B, C, … */
export function letterOf({ ordinal }: Run): string {
  return String.fromCharCode(64 + ordinal);
}

/** The style that gives a run its colour. */
export function colourOf({ ordinal }: Run): Record<string, string> {
  return { "--run": `var(--run-${((ordinal - 1) % COLOURS) + 1})` };
}

/** The name given by the user, else such as "Hidden layer · rate 0.01 · 64 neurons". */
export function nameOf(run: Run): string {
  return givenNames.value.get(run.id) ?? descriptionOf(run);
}

/** A name where the networks that come with shuzi are listed too: if it is that of one of them, it says whose it is. */
export function besideShipped(name: string): string {
  return MODELS.includes(name.toLowerCase()) ? say("models.own.same", name) : name;
}

export function descriptionOf(run: Run): string {
  return run.recipe ? [kindOf(run), ...differences(run.recipe)].join(" · ") : say("learn.train.someone");
}

/** The name without the seed, in which runs of the same kind differ. */
export function familyOf(run: Run): string {
  return run.recipe ? descriptionOf({ ...run, recipe: { ...run.recipe, seed: 0 } }) : run.id;
}

function kindOf({ where, recipe }: Run): string {
  if (where === "service") return say("learn.train.with-tensorflow", recipe?.name ?? recipe?.network ?? "");
  return say(`learn.train.network.${recipe?.network as NetworkName}`);
}

/** A learning rate without powers of ten: 0.00001. */
export function rateWritten(rate: number): string {
  return Number(rate.toPrecision(6)).toLocaleString("en", { maximumFractionDigits: 10 });
}

function differences(recipe: Recipe): string[] {
  const standard: Settings = STANDARD[recipe.network as NetworkName] ?? STANDARD.mlp;
  const sentences: string[] = [];
  const differs = (name: keyof Recipe & keyof Settings) =>
    recipe[name] !== undefined && recipe[name] !== standard[name];
  if (differs("batch_size")) sentences.push(say("learn.train.with.batch_size", whole(recipe.batch_size)));
  if (differs("learning_rate")) {
    sentences.push(say("learn.train.with.learning_rate", rateWritten(recipe.learning_rate)));
  }
  if (differs("steps")) sentences.push(say("learn.train.with.steps", whole(recipe.steps)));
  if (differs("hidden")) sentences.push(say("learn.train.with.hidden", whole(recipe.hidden ?? 0)));
  if (differs("depth")) sentences.push(say("learn.train.with.depth", whole(recipe.depth ?? 1)));
  if (differs("images")) sentences.push(say("learn.train.with.images", whole(recipe.images ?? 0)));
  if (differs("optimizer"))
    sentences.push(say(`learn.train.optimizer.${recipe.optimizer as "sgd" | "adam"}`));
  if (differs("augment") && recipe.augment !== "none") sentences.push(say("learn.train.with.augment"));
  if (differs("seed")) sentences.push(say("learn.train.with.seed", String(recipe.seed)));
  return sentences;
}
