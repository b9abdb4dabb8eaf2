/** The page becomes one file, which opens from disk: scripts, styles, icon, models and images are all in it. */
import { readFileSync } from "node:fs";
import { gunzipSync, gzipSync } from "node:zlib";
import type { Plugin } from "vite";
import { bundledFiles } from "./plugin.ts";

const PUBLIC = new URL("../public/", import.meta.url);

/** The first images of MNIST that the small file has. */
const FIRST: Record<string, number> = { train: 6_000, t10k: 1_000 };

/** @param isFull whether it gets all of MNIST, and the model of displays */
export function singleFile(isFull: boolean): Plugin {
  return {
    name: "single-file",
    enforce: "post",
    generateBundle(_, bundle) {
      const page = bundle["index.html"];
      if (page?.type !== "asset") throw new Error("the page is missing");
      let [script, style] = ["", ""];
      for (const [name, made] of Object.entries(bundle)) {
        if (made === page) continue;
        // the worker is a chunk of its own, which the page has in it already
        // Vite would write the files that a lazy part needs in place of this name, and only later: there are none
        if (made.type === "chunk" && made.isEntry) script += made.code.replaceAll("__VITE_PRELOAD__", "[]");
        else if (made.type === "asset" && name.endsWith(".css")) style += String(made.source);
        delete bundle[name];
      }
      const icon = readFileSync(new URL("icon.svg", PUBLIC)).toString("base64");
      const first = readFileSync(new URL("first-paint.js", PUBLIC), "utf8");
      const parts: [RegExp, string][] = [
        [/<script type="module"[^>]*><\/script>/, ""],
        [/<link rel="stylesheet"[^>]*>/, `<style>${style}</style>`],
        [/<link rel="manifest"[^>]*>/, ""],
        [/<link rel="icon"[^>]*icon-192\.png"[^>]*>/, ""],
        [/<link rel="apple-touch-icon"[^>]*>/, ""],
        [/<meta property="og:image" [^>]*>/, ""],
        [/href="\.\/icon\.svg"/, `href="data:image/svg+xml;base64,${icon}"`],
        [/<script[^>]*first-paint\.js"><\/script>/, `<script>${first}</script>`],
        // last, so that nothing of it is taken for a tag of the page; it runs while the browser reads what follows
        [/<\/body>/, `<script type="module" async>${escaped(script)}</script>${held(isFull)}</body>`],
      ];
      page.fileName = isFull ? "shuzi-full.html" : "shuzi.html";
      page.source = parts.reduce((html, [pattern, text]) => {
        if (!pattern.test(html)) throw new Error(`the page has no ${pattern}`);
        return html.replace(pattern, () => text);
      }, String(page.source));
    },
  };
}

/** What a first reading needs comes first, in the order in which it does. */
const NEEDED = ["default", "line", "detector", "line-detector"].map((name) => `models/${name}.bin.gz`);

/** The models and images as `src/bundle/files.ts` looks for them. */
function held(isFull: boolean): string {
  const files = bundledFiles();
  if (!isFull) files.delete("models/display.bin.gz");
  const names = new Set([...NEEDED, ...files.keys()]);
  return [...names]
    .map((name) => {
      const whole = files.get(name)?.();
      if (!whole) throw new Error(`there is no ${name}`);
      const part = name.startsWith("data/") && !isFull ? firstImages(name, whole) : whole;
      const base64 = Buffer.from(part).toString("base64");
      return `<script type="application/octet-stream" id="file:${name}">${base64}</script>\n`;
    })
    .join("");
}

/** The beginning of one of MNIST's files, which has the number of its images in bytes 4 to 7. */
function firstImages(name: string, zipped: Uint8Array): Buffer {
  const content = gunzipSync(zipped);
  const count = Object.entries(FIRST).find(([split]) => name.includes(split))?.[1] ?? 0;
  const head = name.includes("images") ? 16 : 8;
  const size = (content.length - head) / content.readUInt32BE(4);
  const part = Buffer.from(content.subarray(0, head + count * size));
  part.writeUInt32BE(count, 4);
  return gzipSync(part, { level: 9 });
}

/** A script may not contain what looks like its own end. */
function escaped(script: string): string {
  return script.replaceAll("</script", "<\\/script").replaceAll("<!--", "<\\!--");
}
