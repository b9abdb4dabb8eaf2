/** Builds `build/node/read.mjs` in the project's folder: the page's reading, for measurements and tests. */
import { defineConfig } from "vite";
import { madeModules } from "./build/plugin.ts";
import { wat } from "./build/wat.ts";

export default defineConfig({
  plugins: [madeModules(), wat()],
  build: {
    ssr: "node/read.ts",
    outDir: "../build/node",
    emptyOutDir: true,
    target: "node20",
    rolldownOptions: { output: { entryFileNames: "[name].mjs" } },
  },
});
