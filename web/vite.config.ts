import { defineConfig } from "vitest/config";
import { offlineWorker } from "./build/offline.ts";
import { filesBeside, filesWhileDeveloping, madeModules } from "./build/plugin.ts";
import { project } from "./build/project.ts";
import { sharedLink } from "./build/shared-link.ts";
import { singleFile } from "./build/single-file.ts";
import { wat } from "./build/wat.ts";

const SERVICE = "http://127.0.0.1:8000";
const STANDALONE = "../build/standalone";

/** Where each edition goes, by Vite's mode; the others are the page of `shuzi serve`. */
const FOLDERS: Record<string, string> = {
  static: `${STANDALONE}/shuzi`,
  file: STANDALONE,
  "file-full": STANDALONE,
};

export default defineConfig(({ mode }) => {
  const isFile = mode.startsWith("file");
  const isStatic = mode === "static";
  return {
    plugins: [
      madeModules(),
      wat(),
      filesWhileDeveloping(),
      sharedLink(isStatic ? project(process.env.SHUZI_SITE).site : ""),
      isFile
        ? singleFile(mode === "file-full")
        : [filesBeside((name) => isStatic || /^(models|codes)\/.*\.gz$/.test(name)), offlineWorker()],
    ],
    worker: { plugins: () => [madeModules(), wat()] },
    resolve: {
      alias: { "#workers": `/src/here/start-${isFile ? "inlined" : "served"}.ts` },
    },
    define: {
      "import.meta.env.EDITION": JSON.stringify(isFile ? "file" : isStatic ? "static" : "served"),
      "import.meta.env.DISPLAYS": mode !== "file",
      "import.meta.env.TRAINING_IMAGES": mode === "file" ? 5_500 : 55_000,
      "import.meta.env.PROJECT": JSON.stringify(project(process.env.SHUZI_SITE)),
    },
    // relative, like the page's requests to the service: no host or path is built in
    base: "./",
    build: {
      outDir: FOLDERS[mode] ?? "../src/shuzi/service/page",
      emptyOutDir: !isFile,
      // what lies beside a page would be missing where only the one file is
      copyPublicDir: !isFile,
      target: "es2022",
      // keep light-dark() as it is
      cssTarget: ["chrome123", "firefox120", "safari17.5"],
      // inlined assets become data: URLs, which the content security policy allows for pictures only
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      // what others load when it is needed, one file has in it
      ...(isFile && { rolldownOptions: { output: { codeSplitting: false } } }),
    },
    // how long a test takes says nothing about whether the code is right
    // threads: a worker process was lost now and then as it ended, with all its tests passed
    test: { testTimeout: 0, pool: "threads" },
    // keep Host unchanged: the service requires Host and Origin to match
    server: {
      proxy: { "^/(v1|docs|openapi.json|metrics|healthz)": { target: SERVICE, changeOrigin: false } },
    },
  };
});
