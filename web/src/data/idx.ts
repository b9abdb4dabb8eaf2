/** MNIST's file format, IDX: a magic number, the sizes of each dimension (big-endian), then the bytes. */
import { SIDE } from "../generated/ink/normalize";

/** The content is not an IDX file of the expected kind. */
export class IdxError extends Error {
  constructor(actual: string, expected: string) {
    super(`not an IDX file of ${expected}: ${actual}`);
    this.name = "IdxError";
  }
}

/** The pixels of an IDX file of 28x28 images: n * 784 bytes. */
export function images(content: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return body(content, [SIDE, SIDE], "28x28 images");
}

/** The labels of an IDX file: n bytes. */
export function labels(content: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return body(content, [], "labels");
}

function body(content: Uint8Array<ArrayBuffer>, sides: readonly number[], expected: string) {
  const start = 8 + 4 * sides.length;
  if (content.length < start) throw new IdxError(`${content.length} bytes`, expected);
  const view = new DataView(content.buffer, content.byteOffset, content.length);
  // two zeros, 8 for unsigned bytes, and the number of dimensions
  const isKind = view.getUint32(0) === 0x800 + 1 + sides.length;
  const fits = sides.every((side, index) => view.getUint32(8 + 4 * index) === side);
  const size = sides.reduce((product, side) => product * side, view.getUint32(4));
  if (!isKind || !fits) throw new IdxError(`it begins with ${[...content.subarray(0, start)]}`, expected);
  if (content.length !== start + size)
    throw new IdxError(`${content.length - start} of ${size} bytes`, expected);
  return content.subarray(start);
}
