/** How networks that were trained in the page are named among models. */
import { settingsOf } from "./identity";

const PREFIX = "own."; // "softmax" alone is the network that comes with shuzi

export function ownName(id: string): string {
  return PREFIX + id;
}

/** The id of the run named in the address; null if it names none in the page. */
export function ownRunOf(name: string): string | null {
  const id = name.startsWith(PREFIX) ? name.slice(PREFIX.length) : "";
  return settingsOf(id) ? id : null;
}

/** How the network of this name or version is drawn. */
export function drawnAs(model: string): "templates" | "neurons" | "maps" {
  if (model === "softmax") return "templates";
  const network = settingsOf(ownRunOf(model.split("@")[0] ?? "") ?? "")?.network;
  return network === "softmax" ? "templates" : network === "mlp" ? "neurons" : "maps";
}
