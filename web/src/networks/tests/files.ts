/** For tests: the packaged MNIST, and numbers that Python computed. */
import { readFile } from "node:fs/promises";
import type { Digits } from "../train";

const MNIST = "../src/shuzi/data/files";
const FIXTURES = "../tests/fixtures/training";

/** The 60,000 training images or the 10,000 test images. */
export async function mnist(part: "train" | "t10k"): Promise<Digits> {
  const images = await unzipped(`${MNIST}/${part}-images-idx3-ubyte.gz`);
  const labels = await unzipped(`${MNIST}/${part}-labels-idx1-ubyte.gz`);
  return { images: images.subarray(16), labels: labels.subarray(8) };
}

export async function fixture<T>(name: string): Promise<T> {
  return JSON.parse(new TextDecoder().decode(await readFile(`${FIXTURES}/${name}.json`)));
}

async function unzipped(path: string): Promise<Uint8Array> {
  const stream = new Blob([await readFile(path)]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
