/** What the npm package has beside its modules: models, its description, and what people read. */
import { readFileSync } from "node:fs";
import type { Plugin } from "vite";
import { bundledFiles } from "./plugin.ts";
import { licence, project } from "./project.ts";

const ROOT = new URL("../../", import.meta.url);
const NODE = ">=20.16"; // process.getBuiltinModule

const DISPLAY = "display"; // which the package does not read

/** Puts them into the build. */
export function packageFiles(): Plugin {
  return {
    name: "package-files",
    apply: "build",
    generateBundle() {
      const text = (path: string) => readFileSync(new URL(path, ROOT), "utf8");
      const files = new Map<string, string | Uint8Array>([
        ["package.json", `${JSON.stringify(description(), null, 2)}\n`],
        ["README.md", text("web/package/README.md")],
        ["LICENSE", text("LICENSE")],
        ["models/LICENSE.md", text("src/shuzi/models/LICENSE.md")],
      ]);
      for (const [name, content] of bundledFiles())
        if (name.startsWith("models/") && !name.includes(DISPLAY)) files.set(name, content());
      for (const [fileName, source] of files) this.emitFile({ type: "asset", fileName, source });
    },
  };
}

function description() {
  const { version, source, site } = project();
  const types = (name: string) => `./types/package/${name}.d.ts`;
  return {
    name: "shuzi",
    version: asNpm(version),
    description: "Reads handwritten numbers in pictures, in the browser and in Node.js, without a server",
    keywords: ["handwriting", "ocr", "digits", "mnist", "numbers"],
    license: licence(),
    ...((site || source) && { homepage: site || source }),
    ...(source && { repository: { type: "git", url: `git+${source}.git` } }),
    type: "module",
    engines: { node: NODE },
    sideEffects: false,
    exports: {
      ".": { types: types("index"), default: "./index.js" },
      "./worker": { types: types("worker"), default: "./worker.js" },
    },
    files: [
      "*.js",
      "models",
      ...["index", "worker", "types", "errors"].map(types),
      "types/src/generated/shapes.d.ts",
    ],
  };
}

/** A Python version as npm writes it. */
export function asNpm(version: string): string {
  return version.replace(/\.?(dev|rc)(\d+)$/, "-$1.$2");
}
