/** A grey PNG of 8 bits, as Python writes the fixtures, becomes its pixels. */
import { inflateSync } from "node:zlib";
import type { Grey } from "../src/ink/picture";

/** @throws Error if it is another kind of PNG */
export function readPng(content: Buffer): Grey {
  const [width, height] = [content.readUInt32BE(16), content.readUInt32BE(20)];
  if (content[24] !== 8 || content[25] !== 0 || content[28] !== 0)
    throw new Error("not a grey PNG of 8 bits");
  const chunks: Buffer[] = [];
  for (let offset = 8; offset < content.length; ) {
    const size = content.readUInt32BE(offset);
    if (content.toString("latin1", offset + 4, offset + 8) === "IDAT")
      chunks.push(content.subarray(offset + 8, offset + 8 + size));
    offset += 12 + size;
  }
  const lines = inflateSync(Buffer.concat(chunks));
  const pixels = new Uint8Array(width * height);
  const at = (x: number, y: number) => (x < 0 || y < 0 ? 0 : (pixels[y * width + x] as number));
  for (let y = 0; y < height; y++) {
    const filter = lines[y * (width + 1)];
    for (let x = 0; x < width; x++) {
      const [left, above, corner] = [at(x - 1, y), at(x, y - 1), at(x - 1, y - 1)];
      const guesses = [0, left, above, (left + above) >> 1, paeth(left, above, corner)];
      pixels[y * width + x] = (lines[y * (width + 1) + 1 + x] as number) + (guesses[filter ?? 0] as number);
    }
  }
  return { width, height, pixels };
}

function paeth(left: number, above: number, corner: number): number {
  const guess = left + above - corner;
  const away = [left, above, corner].map((neighbour) => Math.abs(guess - neighbour)) as [
    number,
    number,
    number,
  ];
  if (away[0] <= away[1] && away[0] <= away[2]) return left;
  return away[1] <= away[2] ? above : corner;
}
