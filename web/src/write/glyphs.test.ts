import { expect, test } from "vitest";
import type { Digit, Mark } from "../readings";
import { type Glyph, statusOf } from "./glyphs";

const box = { x: 0, y: 0, width: 20, height: 40 };
const half: Glyph = { character: "8", line: 0, box, read: null, isMine: false };
const digit: Digit = {
  digit: 8,
  probability: 0.99,
  probabilities: Array(10).fill(0.1),
  box: [0, 0, 20, 40],
  status: "ok",
};

test("what nobody read is unsure until a person says what it is", () => {
  expect(statusOf(half)).toBe("unsure");
  expect(statusOf({ ...half, isMine: true })).toBe("ok");
});

test("what was read is as sure as the network, and marks that were read are sure", () => {
  expect(statusOf({ ...half, read: digit })).toBe("ok");
  expect(statusOf({ ...half, read: { ...digit, status: "not-a-digit" } })).toBe("not-a-digit");
  const mark: Mark = { mark: ".", probability: 0.9, box: digit.box, alternatives: [] };
  expect(statusOf({ ...half, character: ".", read: mark })).toBe("ok");
});
