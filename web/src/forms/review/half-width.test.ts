import { expect, test } from "vitest";
import { halfWidth } from "./half-width";

test("wide digits and marks become those that are computed with", () => {
  expect(halfWidth(" ０９：０５ ")).toBe("09:05");
  expect(halfWidth("－３．５")).toBe("-3.5");
  expect(halfWidth("２０２６／１１／２９")).toBe("2026/11/29");
});

test("words stay as they are", () => {
  expect(halfWidth("是（Ａ）")).toBe("是（Ａ）");
  expect(halfWidth("7a")).toBe("7a");
});
