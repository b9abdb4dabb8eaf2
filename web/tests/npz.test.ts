import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { MAX_EXAMPLES } from "../src/generated/limits";
import { crc32, digitsIn, type KeptDigit, npzOf, zipped } from "../src/hand/npz";
import { python } from "./python";

const digit = (label: number, date = 0): KeptDigit => ({
  image: Uint8Array.from({ length: 784 }, (_, index) => (index * 7 + label) % 256),
  label,
  date,
});
const bytes = (text: string) => new TextEncoder().encode(text);

test("the checksum is that of the standard's example", () => {
  expect(crc32(bytes("123456789"))).toBe(0xcbf43926);
});

test("what is written is read again, with its dates", async () => {
  const digits = [digit(3, 1_700_000_000_123), digit(9), digit(0, 5)];
  expect(await digitsIn(npzOf(digits))).toEqual(digits);
});

test("one that is damaged, cut short or something else says so", async () => {
  const file = npzOf([digit(3)]);
  const broken = file.slice();
  broken[200] = (broken[200] ?? 0) ^ 1;
  for (const [bad, why] of [
    [bytes("no archive"), "damaged"],
    [new Uint8Array(), "damaged"],
    [file.slice(0, -30), "damaged"],
    [broken, "damaged"],
    [zipped(new Map([["images.npy", bytes("no array")]])), "arrays"],
    [npzOf([]), "arrays"],
    [npzOf([{ ...digit(1), label: 10 }]), "arrays"],
    [npzOf(Array.from({ length: MAX_EXAMPLES + 1 }, () => digit(1))), "many"],
  ] as const)
    await expect(digitsIn(bad)).rejects.toMatchObject({ why });
});

test("NumPy reads what is written, and what NumPy writes is read", async ({ skip }) => {
  if (python("import numpy") === null) skip("there is no NumPy");
  const folder = mkdtempSync(join(tmpdir(), "kept-"));
  const [ours, theirs] = [join(folder, "ours.npz"), join(folder, "theirs.npz")];
  const digits = [digit(3, 1_700_000_000_123), digit(9)];
  writeFileSync(ours, npzOf(digits));
  const program = `
import sys, json, numpy as np
with np.load(sys.argv[1]) as file:
    print(json.dumps({name: [str(file[name].dtype), file[name].shape, file[name].ravel().tolist()] for name in file.files}))
    np.savez_compressed(sys.argv[2], images=file["images"][::-1].copy(), labels=file["labels"][::-1].copy())
`;
  const said = JSON.parse(python(program, ours, theirs) ?? "{}");
  expect(said).toEqual({
    images: ["uint8", [2, 28, 28], digits.flatMap(({ image }) => [...image])],
    labels: ["uint8", [2], [3, 9]],
    dates: ["int64", [2], [1_700_000_000_123, 0]],
  });
  const read = await digitsIn(new Uint8Array(readFileSync(theirs)));
  expect(read).toEqual([digit(9), digit(3)]);
});
