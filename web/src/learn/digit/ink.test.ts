import { expect, test } from "vitest";
import { digits } from "./examples";
import { inkRead, inkWritten } from "./ink";

test("an image comes back from its text, to within half a shade", () => {
  const image = Uint8Array.from({ length: 784 }, (_, index) => (index * 37) % 256);
  const text = inkWritten(image);
  const again = inkRead(text) ?? new Uint8Array();
  expect(again).toHaveLength(784);
  image.forEach((value, index) => {
    expect(Math.abs(value - (again[index] ?? 999))).toBeLessThanOrEqual(8);
  });
  expect(inkWritten(again)).toBe(text);
});

test("handwriting is short", () => {
  for (const { values } of digits) {
    const text = inkWritten(values);
    expect(text).toMatch(/^[\w-]{1,270}$/);
    const shades = Array.from(values, (value) => Math.round(value / 17) * 17);
    expect([...(inkRead(text) ?? [])]).toEqual(shades);
  }
});

test("an empty image comes back", () => {
  expect(inkRead(inkWritten(new Uint8Array(784)))).toEqual(new Uint8Array(784));
});

test.each(["", "abc", "!".repeat(523), "A".repeat(524)])("%j is no image", (text) => {
  expect(inkRead(text)).toBe(null);
});
