import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";

const FILES = Object.keys(import.meta.glob("../*/**/*.css"));
const EVERYWHERE = ["shared"];

// all styles are always loaded, whichever view is open
test("no class is styled by two views", async () => {
  const folders = new Map<string, Set<string>>();
  for (const path of FILES) {
    const folder = path.split("/")[1] ?? "";
    if (path.startsWith("./") || EVERYWHERE.includes(folder)) continue;
    const content = new TextDecoder().decode(await readFile(new URL(path, import.meta.url).pathname));
    const rules = content.replace(/\/\*.*?\*\//gs, "").matchAll(/([^{};]+)\{/g);
    for (const selector of [...rules].flatMap(([, selectors]) => selectors?.split(",") ?? [])) {
      const name = /^\s*\.([\w-]+)\s*$/.exec(selector)?.[1];
      if (name) folders.set(name, (folders.get(name) ?? new Set()).add(folder));
    }
  }
  expect(folders.size).toBeGreaterThan(100);
  expect([...folders].filter(([, users]) => users.size > 1).map(([name]) => name)).toEqual([]);
});
