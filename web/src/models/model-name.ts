/** Model names on the page. */
import type { Model } from "../readings";
import { say } from "../sentences/say";

/** The name, as on the command line; for a model trained here, its recipe. */
export function modelName({ name, shipped, chosen, recipe }: Model): string {
  return shipped || chosen ? name : say("models.yours", recipe);
}
