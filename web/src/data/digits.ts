/**
 * MNIST as this edition of the page has it: all 60,000 training and 10,000 test images, or in the small single file the
 * first 6,000 and the first 1,000. Yann LeCun, Corinna Cortes, Christopher J.C. Burges; CC BY-SA 3.0.
 */
import { file, once, packed, unpacked } from "../bundle/files";
import { SIDE } from "../generated/ink/normalize";

export interface Digits {
  /** n * 784 pixels, image after image, row by row; background 0, ink 255. */
  readonly images: Uint8Array<ArrayBuffer>;
  /** n labels, 0 to 9. */
  readonly labels: Uint8Array<ArrayBuffer>;
}

export interface Splits {
  readonly train: Digits;
  readonly test: Digits;
}

/**
 * Load the images and labels, in the order of MNIST's files. They are loaded once; all callers share the same arrays,
 * so copy them before changing them or passing them on to a worker as transferable.
 *
 * @throws MissingFile if the page cannot get them, for instance without a connection; calling again tries again
 * @throws IdxError if what it got is not MNIST
 */
export const loadDigits = once(() => splitsFrom(file));

type Content = Uint8Array<ArrayBuffer>;

/** The four files as they come, packed: small enough to be handed to a worker at once. */
export type DigitFiles = ReadonlyMap<string, Content>;

/** @throws MissingFile */
export async function packedDigits(): Promise<DigitFiles> {
  const names = SPLITS.flatMap((name) => [imagesOf(name), labelsOf(name)]);
  return new Map(await Promise.all(names.map(async (name) => [name, await packed(name)] as const)));
}

/** Unpack them, in a worker. */
export function splitsIn(files: DigitFiles): Promise<Splits> {
  return splitsFrom((name) => unpacked(files.get(name) ?? new Uint8Array(), name));
}

const SPLITS = ["train", "t10k"] as const;
const imagesOf = (name: (typeof SPLITS)[number]) => `data/${name}-images-idx3-ubyte.gz`;
const labelsOf = (name: (typeof SPLITS)[number]) => `data/${name}-labels-idx1-ubyte.gz`;

async function splitsFrom(get: (name: string) => Promise<Content>): Promise<Splits> {
  const [train, test] = await Promise.all([split("train", get), split("t10k", get)]);
  return { train, test };
}

async function split(
  name: (typeof SPLITS)[number],
  get: (name: string) => Promise<Content>,
): Promise<Digits> {
  const [pixels, classes] = await Promise.all([get(imagesOf(name)), get(labelsOf(name))]);
  return { images: images(pixels), labels: labels(classes) };
}

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
