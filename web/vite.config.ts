import { defineConfig } from "vite";

const SERVICE = "http://127.0.0.1:8000";

export default defineConfig({
  // relative, as the addresses are that the page asks of the service: no name or path is built in
  base: "./",
  build: {
    outDir: "../src/shuzi/service/page",
    emptyOutDir: true,
    target: "es2022",
    // light-dark() is used as it is
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    // what is inlined becomes a data: address, and the content policy allows those for pictures alone
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  // Host stays as it is: the service wants Host and Origin to be the same
  server: { proxy: { "^/(v1|docs|openapi.json|metrics|healthz)": { target: SERVICE, changeOrigin: false } } },
});
