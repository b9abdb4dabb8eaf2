/** Model names on the page. */
import type { Model } from "../readings";
import { say } from "../sentences/say";
import { calledOf, isOwnModel } from "./own-networks";

/** The name as on the command line; for the user's own networks, their names; for others, the recipe. */
export function modelName(model: Model): string {
  if (isOwnModel(model)) return calledOf(model.kept);
  const { name, shipped, chosen, recipe } = model;
  return shipped || chosen ? name : say("models.yours", recipe);
}
