/** What the page needs beyond its source, made by the build from the rest of the project. */
import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import type { Plugin } from "vite";
import type { Model } from "../src/generated/shapes";
import { described } from "../src/models/described.ts";
import { readOnnx } from "../src/runtime/onnx.ts";
import { readCatalogue } from "./catalogue.ts";
import { assembleKernel } from "./kernel.ts";
import { pack } from "./pack.ts";

const PYTHON = new URL("../../src/shuzi/", import.meta.url);
const DATA = new URL("data/files/", PYTHON);
const COURSE = new URL("../../course/", import.meta.url);
/** What reads QR codes; ours is loaded when someone scans one. */
const SCANNER = new URL("../node_modules/zxing-wasm/dist/reader/zxing_reader.wasm", import.meta.url);
const SPECS = new URL("forms/ready/", PYTHON);

/** A module that the build writes, by its name. */
const MADE: Record<string, () => Promise<string> | string> = {
  "virtual:kernel": async () => {
    const base64 = Buffer.from(await assembleKernel()).toString("base64");
    return `export const kernel = () => Uint8Array.from(atob("${base64}"), (each) => each.charCodeAt(0));`;
  },
  "virtual:catalogues": () => {
    const catalogues = Object.fromEntries(["zh", "en"].map((language) => [language, sentences(language)]));
    return `export const catalogues = ${JSON.stringify(catalogues)};`;
  },
  "virtual:specs": () => `export const specs = ${JSON.stringify(readySpecs())};`,
  "virtual:lessons": () => `export const lessons = ${JSON.stringify(lessons())};`,
  "virtual:models": () => `export const shipped = ${JSON.stringify(modelNames().map(shippedModel))};`,
};

/** Adds the modules that `src/types/virtual.d.ts` describes. */
export function madeModules(): Plugin {
  return {
    name: "made-modules",
    resolveId: (id) => (id in MADE ? `\0${id}` : null),
    load: (id) => MADE[id.slice(1)]?.() ?? null,
  };
}

/** The models, MNIST's files and the reader of codes, by the names under which the page asks for them. */
export function bundledFiles(): Map<string, () => Uint8Array> {
  const found = new Map<string, () => Uint8Array>();
  for (const name of modelNames())
    found.set(`models/${name}.bin.gz`, () => gzipSync(pack(onnx(name)), { level: 9 }));
  for (const name of readdirSync(DATA).filter((each) => each.endsWith(".gz")))
    found.set(`data/${name}`, () => readFileSync(new URL(name, DATA)));
  found.set("codes/scanner.wasm.gz", () => gzipSync(readFileSync(SCANNER), { level: 9 }));
  return found;
}

/** The models' own files, for those who want to take one with them. */
function originals(): Map<string, () => Uint8Array> {
  return new Map(modelNames().map((name) => [`models/${name}.onnx`, () => onnx(name)]));
}

/**
 * Puts those files, and the models' own ones, beside the page.
 *
 * @param isWanted by name; the service hands MNIST and the models' own files out itself
 */
export function filesBeside(isWanted: (name: string) => boolean): Plugin {
  return {
    name: "files-beside",
    apply: "build",
    generateBundle() {
      for (const [fileName, content] of [...bundledFiles(), ...originals()])
        if (isWanted(fileName)) this.emitFile({ type: "asset", fileName, source: content() });
    },
  };
}

/** Hands the same files out while the page is developed. */
export function filesWhileDeveloping(): Plugin {
  return {
    name: "files-while-developing",
    configureServer(server) {
      const files = new Map([...bundledFiles(), ...originals()]);
      server.middlewares.use((request, response, next) => {
        const content = files.get(request.url?.slice(1) ?? "");
        if (content) response.end(content());
        else next();
      });
    },
  };
}

function sentences(language: string): Record<string, string[]> {
  const text = readFileSync(new URL(`messages/${language}/LC_MESSAGES/shuzi.po`, PYTHON), "utf8");
  return Object.fromEntries(
    [...readCatalogue(text)].filter(([key]) =>
      /^(reading\.(?!among)|error\.pattern\.(?!kind|no_value))/.test(key),
    ),
  );
}

/** The ready specs; their names end in the language of the sheet. */
function readySpecs(): { name: string; title: string; text: string }[] {
  const files = readdirSync(SPECS).filter((each) => each.endsWith(".toml"));
  return files.sort().map((file) => {
    const text = readFileSync(new URL(file, SPECS), "utf8");
    const title = JSON.parse(/^title = (".*")$/m.exec(text)?.[1] ?? '""');
    return { name: file.replace(".toml", ""), title, text };
  });
}

/** The titles of the lessons, of which each page's first line has the number too. */
function lessons(): Record<string, Record<string, string>> {
  const folders = readdirSync(COURSE).filter((each) => /^\d\d-/.test(each));
  const titleIn = (folder: string, language: string) => {
    const text = readFileSync(new URL(`${folder}/${language}.md`, COURSE), "utf8");
    return /^# [^:：\n]+[:：] ?(.+)$/m.exec(text)?.[1] ?? "";
  };
  return Object.fromEntries(
    folders.map((folder) => [folder, { zh: titleIn(folder, "zh"), en: titleIn(folder, "en") }]),
  );
}

function modelNames(): string[] {
  const files = readdirSync(new URL("models/", PYTHON)).filter((each) => each.endsWith(".onnx"));
  return files.map((each) => each.replace(".onnx", ""));
}

function onnx(name: string): Buffer {
  return readFileSync(new URL(`models/${name}.onnx`, PYTHON));
}

function shippedModel(name: string): Model {
  const content = onnx(name);
  return described(name, readOnnx(content).card, content.length, true);
}
