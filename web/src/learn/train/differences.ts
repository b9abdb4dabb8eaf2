/** What sets runs apart: they are named by the knobs that differ between them. */
import type { Recipe } from "./run";

export const KNOBS = ["batch_size", "learning_rate", "steps", "seed"] as const;
export type KnobName = (typeof KNOBS)[number];

/** The knobs that are not the same in all; in a single run, or where nothing differs, those that can be turned. */
export function differing(recipes: readonly Recipe[]): readonly KnobName[] {
  const [first] = recipes;
  const different = KNOBS.filter((knob) => recipes.some((recipe) => recipe[knob] !== first?.[knob]));
  return different.length ? different : ["batch_size", "learning_rate", "steps"];
}
