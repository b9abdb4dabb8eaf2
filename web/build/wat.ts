/** Lets the page import WebAssembly in its text format: `import program from "./x.wat"` gives the module's bytes. */
import type { Plugin } from "vite";
import wabt from "wabt";

export function wat(): Plugin {
  return {
    name: "wat",
    async transform(text, id) {
      if (!id.endsWith(".wat")) return null;
      const { parseWat } = await wabt();
      const module = parseWat(id, text, { simd: true });
      const bytes = btoa(String.fromCharCode(...module.toBinary({}).buffer));
      module.destroy();
      const code = `export default Uint8Array.from(atob("${bytes}"), (character) => character.charCodeAt(0));`;
      return { code, map: null };
    },
  };
}
