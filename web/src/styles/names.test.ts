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

// in em and cqw it follows what is around it, in px the picture that it is part of; in pt, paper
const FOLLOWS =
  /^(inherit|calc\(var\(--text-[a-z]+\) \* [\d.]+\)|[\d.]+(em|cqw|px|pt)|var\(--text(-[a-z0-9]+)?\))$/;
const FONT = /^(inherit|([4-7]00 )?\S+( \/ var\(--leading-[a-z]+\))? var\(--font-[a-z]+\))$/;

test("letters have the sizes and lines the heights of one scale", async () => {
  const others: string[] = [];
  for (const path of FILES) {
    const content = new TextDecoder().decode(await readFile(new URL(path, import.meta.url).pathname));
    for (const [whole, name, value = ""] of content.matchAll(
      /^\s+(font-size|font|line-height): ([^;]+);/gm,
    )) {
      const isKnown =
        name === "line-height"
          ? /^(var\(--leading-[a-z]+\)|0|[\d.]+rem)$/.test(value)
          : name === "font-size"
            ? FOLLOWS.test(value)
            : FONT.test(value);
      if (!isKnown) others.push(`${path}: ${whole.trim()}`);
    }
  }
  expect(others).toEqual([]);
});
