/** A text becomes a QR code, and a picture of one the text again: by uqr, and by ZXing compiled to WebAssembly. */
import { file } from "../../bundle/files";
import type { Grey } from "../../ink/picture";

/** The prefix of the text in shuzi's codes. */
export const PREFIX = "SHUZI:";
/** The reader of codes, among the files that come with the page. */
export const SCANNER = "codes/scanner.wasm.gz";

const MODULE = 6; // pixels
const MARGIN = 4; // modules
/** The largest side of a picture in which codes are looked for: 5 pixels a module where a code fills half of it. */
const LARGEST = 2_000;

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

/** The texts of the codes in a picture that can be read. */
export async function textsIn({ width, height, pixels }: Grey): Promise<string[]> {
  const { prepareZXingModule, readBarcodes } = await import("zxing-wasm/reader");
  const wasmBinary = (await file(SCANNER)).buffer;
  await prepareZXingModule({ overrides: { wasmBinary }, fireImmediately: true });
  const colours = new Uint8ClampedArray(4 * pixels.length);
  for (const [index, value] of pixels.entries()) colours.set([value, value, value, 255], 4 * index);
  const codes = await readBarcodes(new ImageData(colours, width, height), { formats: ["QRCode"] });
  return codes.filter(({ isValid }) => isValid).map(({ text }) => text);
}

/** Open a picture in a size in which codes are found. */
export async function pictureOf(content: Blob): Promise<Blob> {
  const bitmap = await createImageBitmap(content, { imageOrientation: "from-image" });
  const scale = Math.min(1, LARGEST / Math.max(bitmap.width, bitmap.height));
  if (scale === 1) return content;
  const canvas = new OffscreenCanvas(Math.round(bitmap.width * scale), Math.round(bitmap.height * scale));
  canvas.getContext("2d")?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return canvas.convertToBlob();
}
