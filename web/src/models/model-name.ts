/** What a model is called on the page. */
import type { Model } from "../readings";
import { say } from "../sentences/say";

/** Its name, which is also what the command line calls it; of one that was trained here, its recipe. */
export function modelName({ name, shipped, chosen, recipe }: Model): string {
  return shipped || chosen ? name : say("models.yours", recipe);
}
