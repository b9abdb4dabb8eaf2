import { readFileSync } from "node:fs";
import { afterEach, expect, test, vi } from "vitest";
import { MissingFile } from "../src/bundle/files";

const FILES = new URL("../../src/shuzi/data/files/", import.meta.url);

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

function serve(read: (name: string) => Uint8Array, status = 200) {
  vi.stubGlobal("fetch", async (name: string) => new Response(Uint8Array.from(read(name)), { status }));
}

const packaged = (name: string) => readFileSync(new URL(name.replace("data/", ""), FILES));
/** One image and its label, as some servers hand them out: unpacked on the way. */
const small = (name: string) =>
  name.includes("labels")
    ? Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 1, 7)
    : Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 28, 0, 0, 0, 28, ...new Uint8Array(784).fill(9));

test("the images and labels are those of MNIST's files, in their order", async () => {
  serve(packaged);
  const { loadDigits } = await import("../src/data/digits");
  const { train, test } = await loadDigits();
  expect([train.images.length, test.images.length]).toEqual([60_000 * 784, 10_000 * 784]);
  expect([...train.labels.subarray(0, 5), ...test.labels.subarray(0, 5)]).toEqual([
    5, 0, 4, 1, 9, 7, 2, 1, 0, 4,
  ]);
  expect([train.labels.length, test.labels.length]).toEqual([60_000, 10_000]);
  expect(train.images.subarray(0, 784).reduce((sum, value) => sum + value, 0)).toBe(27525);
});

test("what cannot be had says so, and may be had later", async () => {
  serve(small, 404);
  const { loadDigits } = await import("../src/data/digits");
  await expect(loadDigits()).rejects.toThrow("data/train-images-idx3-ubyte.gz");
  serve(small);
  const { test } = await loadDigits();
  expect([[...test.labels], test.images.length, test.images[783]]).toEqual([[7], 784, 9]);
});

test("a file of another kind is refused", async () => {
  const { images, labels, IdxError } = await import("../src/data/digits");
  expect(() => labels(Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 7))).toThrow(IdxError);
  expect(() => images(Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 1, 7))).toThrow(IdxError);
  expect([...labels(Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 7, 3))]).toEqual([7, 3]);
  expect(new MissingFile("a").message).toContain("a");
});
