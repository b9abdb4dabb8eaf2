/** MNIST's images, which the service has as MNIST's own files; each is fetched once. */

/** Images of 784 pixels each, one after the other, 0 to 255, ink 255; and their labels. */
export interface Digits {
  images: Uint8Array;
  labels: Uint8Array;
}

/** All training images, validation included, and the test images. */
export interface AllDigits {
  train: Digits;
  test: Digits;
}

const IMAGES_START = 16; // bytes of an IDX file before its images
const LABELS_START = 8;

let asked: Promise<AllDigits> | null = null;

/** @throws TypeError the service does not answer */
export function loadDigits(): Promise<AllDigits> {
  asked ??= load().catch((error) => {
    asked = null; // it may be asked again
    throw error;
  });
  return asked;
}

async function load(): Promise<AllDigits> {
  const [train, test] = await Promise.all([part("train"), part("t10k")]);
  return { train, test };
}

async function part(name: "train" | "t10k"): Promise<Digits> {
  const [images, labels] = await Promise.all([
    unzipped(`${name}-images-idx3-ubyte.gz`),
    unzipped(`${name}-labels-idx1-ubyte.gz`),
  ]);
  return { images: images.subarray(IMAGES_START), labels: labels.subarray(LABELS_START) };
}

async function unzipped(file: string): Promise<Uint8Array> {
  const response = await fetch(new URL(`digits/${file}`, pageAddress()));
  if (!response.ok || !response.body) throw new TypeError(`${response.status} for ${file}`);
  return new Uint8Array(
    await new Response(response.body.pipeThrough(new DecompressionStream("gzip"))).arrayBuffer(),
  );
}

/** The address of the page; a worker knows only that of its script, which is in a folder of the built page. */
function pageAddress(): string {
  if (typeof document !== "undefined") return document.baseURI;
  return new URL(import.meta.env.DEV ? "/" : "../", self.location.href).href;
}
