/** The networks that can be fooled: two that come with the page, and those that a person trained in it. */
import { file } from "../bundle/files";
import { type OwnModel, ownModels } from "../models/own-networks";
import { unpack } from "../runtime/graph";
import { graphOfOnnx } from "../runtime/onnx";
import { Opponent } from "./game";

const SHIPPED = ["tiny", "softmax"] as const;
/** The networks that judge the digit in the end, besides the opponent. */
export const WITNESSES = ["default", "tiny", "softmax"] as const;

const loaded = new Map<string, Promise<Opponent | "missing">>();

export function opponentNames(): string[] {
  return [...SHIPPED, ...ownModels.value.map(({ name }) => name)];
}

/** Return the network with a name, ready to be fooled. */
export function opponentNamed(name: string): Promise<Opponent | "missing"> {
  const opponent = loaded.get(name) ?? load(name);
  loaded.set(name, opponent);
  void opponent.then((network) => network === "missing" && loaded.delete(name));
  return opponent;
}

async function load(name: string): Promise<Opponent | "missing"> {
  const own: OwnModel | undefined = ownModels.peek().find((model) => model.name === name);
  try {
    return new Opponent(own ? graphOfOnnx(own.kept.onnx) : unpack(await file(`models/${name}.bin.gz`)));
  } catch {
    return "missing";
  }
}
