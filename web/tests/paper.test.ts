/**
 * A network in a QR code. `tests/fixtures/qr-code.json` was made once, from the `tiny` of then, by a program in Python that
 * rounded and packed in the same way; `qr-code.png` is the picture of its code.
 */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { fits, graphOf, rounded, Small, taught } from "../src/models/paper/network";
import {
  decode,
  doubled,
  encode,
  isName,
  type PaperNetwork,
  PREFIX,
  packed,
  shrunk,
  unpacked,
} from "../src/models/paper/packing";
import { bytesOf } from "../src/shared/files";
import { exact } from "./models";

const fixture = JSON.parse(
  readFileSync(new URL("../../tests/fixtures/qr-code.json", import.meta.url), "utf8"),
) as { text: string; name: string; labels: number[]; images: string; probabilities: number[][] };
const text = fixture.text.slice(PREFIX.length);
const images = bytesOf(fixture.images);
const image = (index: number) => images.subarray(784 * index, 784 * (index + 1));

function network(): PaperNetwork {
  const found = unpacked(decode(text) ?? new Uint8Array());
  if (typeof found === "string") throw new Error(found);
  return found;
}

test.each([
  ["AB", "BB8"],
  ["Hello!!", "%69 VD92EX0"],
  ["base-45", "UJCLQE7W581"],
  ["ietf!", "QED8WEX0"],
  ["", ""],
])("%s is %s in base 45, as in RFC 9285", (content, written) => {
  expect(encode(new TextEncoder().encode(content))).toBe(written);
  expect(new TextDecoder().decode(decode(written) ?? undefined)).toBe(content);
});

test("a code is read, and written again as it is", () => {
  const { name, digits } = network();
  expect(fixture.text.startsWith(PREFIX)).toBe(true);
  expect(name).toBe(fixture.name);
  expect(digits.map(({ label }) => label)).toEqual(fixture.labels);
  expect(encode(packed(network()))).toBe(text);
});

test("tiny becomes the code of the fixture, and a rounded network stays as it is", () => {
  const { name, digits } = network();
  expect(encode(packed({ layers: rounded(exact("tiny").tensors), name, digits }))).toBe(text);
  const again = rounded(graphOf(exact("tiny"), network().layers).tensors);
  expect(encode(packed({ layers: again, name, digits }))).toBe(text);
});

test("its digits are halved as in the fixture", () => {
  for (const [index, digit] of network().digits.entries()) {
    expect(shrunk(image(index))).toEqual(digit.image);
    expect(shrunk(doubled(digit))).toEqual(digit.image);
  }
});

test("the network in it gives the answers of the fixture", () => {
  const answers = new Small(graphOf(exact("tiny"), network().layers)).probabilities(images);
  for (const [index, expected] of fixture.probabilities.flat().entries())
    expect(answers[index]).toBeCloseTo(expected, 4);
});

test("only a network of its shape fits", () => {
  expect(fits(exact("tiny").tensors)).toBe(true);
  expect(fits(exact("softmax").tensors)).toBe(false);
});

test("a last layer learns digits that it got wrong, and forgets no others", () => {
  const tiny = exact("tiny");
  const labels = Uint8Array.from(fixture.labels);
  // somebody whose 1 is what others write as a 7, and the other way round
  const own = { images: Uint8Array.from([...image(1), ...image(7)]), labels: Uint8Array.of(7, 1) };
  const kept = [0, 2, 3, 4, 5, 6, 8, 9];
  const others = {
    images: Uint8Array.from(kept.flatMap((index) => [...image(index)])),
    labels: labels.filter((label) => kept.includes(label)),
  };
  expect(new Small(tiny).right(own.images, own.labels)).toBe(0);
  const learnt = new Small(taught(tiny, own, others));
  expect(learnt.right(own.images, own.labels)).toBe(2);
  expect(learnt.right(others.images, others.labels)).toBe(kept.length);
});

test.each([
  ["no code of ours", Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9), "foreign"],
  ["nothing", new Uint8Array(), "foreign"],
  ["a later format", changed(2, 2), "format"],
  ["another shape", changed(3, 2), "format"],
  ["a changed weight", changed(1_000, 77), "damaged"],
  ["a changed checksum", changed(5, 1), "damaged"],
  ["one that is cut off", (decode(text) ?? new Uint8Array()).slice(0, 2_000), "damaged"],
])("%s is refused", (_, content, fault) => {
  expect(unpacked(content)).toBe(fault);
});

function changed(at: number, by: number) {
  const content = decode(text) ?? new Uint8Array();
  content[at] = ((content[at] ?? 0) + by) % 256;
  return content;
}

test.each(["a", "0", ":::", "é00", "0000"])("%s is not base 45", (wrong) => {
  expect(decode(wrong)).toBeNull();
});

test("a name can be seen, and is short", () => {
  expect(["", "小明", "A b", "x".repeat(40)].map(isName)).toEqual([true, true, true, true]);
  expect(["x".repeat(41), "数".repeat(14), "a\nb", "\u202eb", "\u00a0"].map(isName)).toEqual(
    Array(5).fill(false),
  );
});
