/** The models' files, which lie beside the package's modules: loaded by address, in Node.js from disk. */
import { unpacked } from "../src/bundle/files.js";
import { type Graph, unpack } from "../src/runtime/graph.js";
import { errorOf } from "./errors.js";
import type { Address, Language, Model } from "./types.js";

type File = Model | "detector" | "line" | "line-detector";

/** Written out, so that bundlers see them and bring the files along. */
const BESIDE: Record<File, URL> = {
  default: new URL("./models/default.bin.gz", import.meta.url),
  detector: new URL("./models/detector.bin.gz", import.meta.url),
  line: new URL("./models/line.bin.gz", import.meta.url),
  "line-detector": new URL("./models/line-detector.bin.gz", import.meta.url),
  softmax: new URL("./models/softmax.bin.gz", import.meta.url),
  tiny: new URL("./models/tiny.bin.gz", import.meta.url),
};

export type Open = (file: File) => Promise<Graph>;

/** @param folder where the models lie, if elsewhere; in a browser relative to the page */
export function opener(folder: Address | undefined, language: Language): Open {
  const base = folder === undefined ? null : folderOf(folder);
  return async (name) => {
    const url = base ? new URL(`${name}.bin.gz`, base) : BESIDE[name];
    try {
      return unpack(await unpacked(await contentOf(url), url.href));
    } catch {
      throw errorOf("model.file", { file: url.href }, language);
    }
  };
}

export function folderOf(folder: Address): URL {
  const text = typeof folder === "string" ? folder : folder.href;
  return new URL(text.endsWith("/") ? text : `${text}/`, globalThis.location?.href ?? import.meta.url);
}

async function contentOf(url: URL): Promise<Uint8Array<ArrayBuffer>> {
  // Node.js fetches no files; asking it this way leaves nothing for bundlers to stumble over
  const disk = url.protocol === "file:" && globalThis.process?.getBuiltinModule?.("node:fs/promises");
  if (disk) return new Uint8Array(await disk.readFile(url));
  const response = await fetch(url);
  if (!response.ok) throw new Error(response.statusText);
  return new Uint8Array(await response.arrayBuffer());
}
