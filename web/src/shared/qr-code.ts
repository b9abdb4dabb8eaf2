/** Draw text as a code for cameras. */

const MODULE = 6; // pixels
const MARGIN = 4; // modules

/** Draw a code, dark on light. */
export async function drawn(text: string): Promise<HTMLCanvasElement> {
  const { encode } = await import("uqr");
  const { data } = encode(text, { ecc: "L", border: MARGIN });
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = data.length * MODULE;
  const context = canvas.getContext("2d");
  if (!context) throw new Error("no canvas");
  context.fillStyle = "white";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = "black";
  for (const [row, modules] of data.entries())
    for (const [column, isDark] of modules.entries())
      if (isDark) context.fillRect(column * MODULE, row * MODULE, MODULE, MODULE);
  return canvas;
}
