/// <reference types="vitest/config" />
import { defineConfig } from "vite";
import { wat } from "./wat.ts";

const SERVICE = "http://127.0.0.1:8000";

export default defineConfig({
  plugins: [wat()],
  test: { testTimeout: 600_000 }, // some train networks, on machines that are busy
  worker: { format: "es", plugins: () => [wat()] },
  // relative, like the page's requests to the service: no host or path is built in
  base: "./",
  build: {
    outDir: "../src/shuzi/service/page",
    emptyOutDir: true,
    target: "es2022",
    // keep light-dark() as it is
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    // inlined assets become data: URLs, which the content security policy allows for pictures only
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  // keep Host unchanged: the service requires Host and Origin to match
  server: {
    proxy: { "^/(v1|docs|digits|openapi.json|metrics|healthz)": { target: SERVICE, changeOrigin: false } },
  },
});
