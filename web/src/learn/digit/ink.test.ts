import { expect, test } from "vitest";
import { inkRead, inkWritten } from "./ink";

test("an image comes back from its text, to within half a shade", () => {
  const image = Uint8Array.from({ length: 784 }, (_, index) => (index * 37) % 256);
  const text = inkWritten(image);
  expect(text).toMatch(/^[\w-]{523}$/);
  const again = inkRead(text) ?? new Uint8Array();
  expect(again).toHaveLength(784);
  image.forEach((value, index) => {
    expect(Math.abs(value - (again[index] ?? 999))).toBeLessThanOrEqual(8);
  });
  expect(inkWritten(again)).toBe(text);
});

test.each(["", "abc", "!".repeat(523), "A".repeat(524)])("%j is no image", (text) => {
  expect(inkRead(text)).toBe(null);
});
