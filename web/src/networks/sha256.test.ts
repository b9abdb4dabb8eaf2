import { expect, test } from "vitest";
import { sha256 } from "./sha256";

const bytes = (text: string) => new TextEncoder().encode(text);

// from FIPS 180-4's examples, and the browser's own
test.each([
  ["", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
  ["abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
  [
    "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
  ],
])("%j", (text, expected) => {
  expect(sha256(bytes(text))).toBe(expected);
  expect(sha256(bytes(text.slice(0, 1)), bytes(text.slice(1)))).toBe(expected);
});

test.each([55, 56, 63, 64, 65, 1000])("%i bytes", async (length) => {
  const data = Uint8Array.from({ length }, (_, index) => index);
  const expected = new Uint8Array(await crypto.subtle.digest("SHA-256", data));
  expect(sha256(data)).toBe(Array.from(expected, (byte) => byte.toString(16).padStart(2, "0")).join(""));
});
