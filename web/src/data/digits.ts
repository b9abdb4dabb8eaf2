/**
 * MNIST as this edition of the page has it: all 60,000 training and 10,000 test images, or in the small single file the
 * first 6,000 and the first 1,000. Yann LeCun, Corinna Cortes, Christopher J.C. Burges; CC BY-SA 3.0.
 */
import { file, packed } from "../bundle/files";
import { unpacked } from "../bundle/unpack";
import { images, labels } from "./idx";

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

let loading: Promise<Splits> | null = null;

/**
 * Load the images and labels, in the order of MNIST's files. They are loaded once; all callers share the same arrays,
 * so copy them before changing them or passing them on to a worker as transferable.
 *
 * @throws MissingFile if the page cannot get them, for instance without a connection; calling again tries again
 * @throws IdxError if what it got is not MNIST
 */
export function loadDigits(): Promise<Splits> {
  loading ??= splitsFrom(file).catch((error: unknown) => {
    loading = null;
    throw error;
  });
  return loading;
}

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
