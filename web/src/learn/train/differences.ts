/** Runs are named by the settings that differ between them. */
import type { Recipe } from "./run";

export const KNOBS = ["batch_size", "learning_rate", "steps", "seed"] as const;
export type KnobName = (typeof KNOBS)[number];

/** The settings that differ between runs; for a single run, or if nothing differs, the adjustable ones. */
export function differing(recipes: readonly Recipe[]): readonly KnobName[] {
  const [first] = recipes;
  const different = KNOBS.filter((knob) => recipes.some((recipe) => recipe[knob] !== first?.[knob]));
  return different.length ? different : ["batch_size", "learning_rate", "steps"];
}
