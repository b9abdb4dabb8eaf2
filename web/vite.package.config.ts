/** Builds `build/npm` in the project's folder: the npm package `shuzi`, the page's reading for other programs. */
import { defineConfig } from "vite";
import { packageFiles } from "./build/package.ts";
import { madeModules } from "./build/plugin.ts";
import { wat } from "./build/wat.ts";

export default defineConfig({
  plugins: [madeModules(), wat(), packageFiles()],
  publicDir: false,
  build: {
    // addresses relative to a module stay as they are: programs that use the package may bundle it themselves
    ssr: true,
    outDir: "../build/npm",
    emptyOutDir: true,
    target: "es2022",
    rolldownOptions: {
      input: ["index", "worker", "thread"].map((name) => `package/${name}.ts`),
      output: { entryFileNames: "[name].js", chunkFileNames: "[name].js" },
    },
  },
});
