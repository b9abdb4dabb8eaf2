/** Model names on the page. */
import { nameOf } from "../learn/train/runs/naming";
import type { Model } from "../readings";
import { say } from "../sentences/say";
import { isOwnModel } from "./own-networks";

/** The name, as on the command line; for a network trained in the page, as Learn calls it; for others, the recipe. */
export function modelName(model: Model): string {
  if (isOwnModel(model)) return nameOf(model.kept.run);
  const { name, shipped, chosen, recipe } = model;
  return shipped || chosen ? name : say("models.yours", recipe);
}
