/** Describe a model on the page from its card. */
import type { Model, Score } from "../generated/shapes";
import type { Card } from "../runtime/graph";

const KINDS: Record<string, Model["kind"]> = {
  detect: "detector",
  "detect-lines": "line detector",
  "recognise-line": "line recogniser",
};

/**
 * @param bytes of its .onnx file
 * @param isShipped whether it comes with shuzi
 */
export function described(name: string, card: Card, bytes: number, isShipped: boolean): Model {
  return {
    name,
    kind: KINDS[card.task] ?? "classifier",
    recipe: card.name,
    network: String(card.recipe.network ?? ""),
    parameters: card.parameters,
    bytes,
    score: scoreOf(card),
    settings: card.recipe as Model["settings"],
    shipped: isShipped,
    chosen: isShipped && name === "default",
    milliseconds: null,
  };
}

function scoreOf({ scores }: Card): Score | null {
  const on = "test" in scores ? "test" : Object.keys(scores)[0];
  const score = scores[on ?? ""];
  return score && on ? { ...score, on } : null;
}
