/** The network of the film, loaded on first use. */
import { file } from "../../bundle/files";
import { type Graph, unpack } from "../../runtime/graph";

const NAME = "models/tiny.bin.gz";

let loaded: Promise<Graph | "missing"> | null = null;

/** Its graph; "missing" if it could not be loaded, and then the next call tries again. */
export function filmGraph(): Promise<Graph | "missing"> {
  loaded ??= file(NAME).then(unpack, () => {
    loaded = null;
    return "missing" as const;
  });
  return loaded;
}
