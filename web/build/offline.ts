/** The service worker gets the names of the files that it keeps, so that a new version of the page is kept anew. */
import { readdirSync, readFileSync } from "node:fs";
import type { Plugin } from "vite";
import { bundledFiles } from "./plugin.ts";

const WORKER = new URL("offline.js", import.meta.url);
const PUBLIC = new URL("../public/", import.meta.url);
const LINKED = "og.png"; // for those who show a link to the page
const LIST = "const FILES = [];";

/** Puts the service worker beside the page. What is not in its list, MNIST and the model of displays, is kept when it is first used. */
export function offlineWorker(): Plugin {
  return {
    name: "offline-worker",
    apply: "build",
    enforce: "post",
    generateBundle(_, bundle) {
      const assets = Object.keys(bundle).filter((name) => name.startsWith("assets/"));
      const bundled = [...bundledFiles().keys()].filter((name) =>
        /^(models\/(?!display)|codes\/)/.test(name),
      );
      const entries = readdirSync(PUBLIC, { withFileTypes: true }).filter((entry) => entry.isFile());
      const others = entries.map(({ name }) => name).filter((name) => name !== LINKED);
      const samples = readdirSync(new URL("samples/", PUBLIC)).map((name) => `samples/${name}`);
      const files = ["", ...assets, ...bundled, ...others, ...samples];
      const source = readFileSync(WORKER, "utf8");
      if (!source.includes(LIST)) throw new Error(`${WORKER.pathname} has no ${LIST}`);
      this.emitFile({
        type: "asset",
        fileName: "offline.js",
        source: source.replace(LIST, `const FILES = ${JSON.stringify(files)};`),
      });
    },
  };
}
