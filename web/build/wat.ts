/** WebAssembly in its text format becomes a module. */
import type { Plugin } from "vite";
import makeWabt from "wabt";

/** Assemble and check a module; an error names the file and the line. */
export async function assemble(name: string, text: string): Promise<Uint8Array> {
  const { parseWat } = await makeWabt();
  const module = parseWat(name, text, { simd: true });
  try {
    module.validate();
    return module.toBinary({}).buffer;
  } finally {
    module.destroy();
  }
}

/** Lets the page import such a file: `import program from "./x.wat"` gives the module's bytes. */
export function wat(): Plugin {
  return {
    name: "wat",
    async transform(text, id) {
      if (!id.endsWith(".wat")) return null;
      const base64 = Buffer.from(await assemble(id, text)).toString("base64");
      const code = `export default Uint8Array.from(atob("${base64}"), (character) => character.charCodeAt(0));`;
      return { code, map: null };
    },
  };
}
