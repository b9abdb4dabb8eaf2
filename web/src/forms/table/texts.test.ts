import { expect, test } from "vitest";
import { completed, halfWidth, suggested, tickedIn, toggled } from "./texts";

const one = { options: ["A", "B", "C"] };
const any = { options: ["run", "swim", "ride", "row"] };

test("of any-of-n options are added and taken away in the order of the sheet", () => {
  expect(toggled("ride", "run", any.options)).toBe("run; ride");
  expect(toggled("run; ride", "run", any.options)).toBe("ride");
  expect(tickedIn(toggled("", "swim", any.options))).toEqual(["swim"]);
});

test("the beginning of an option is enough, if no other begins so", () => {
  expect(completed("b", one)).toBe("B");
  expect(completed("sw;RUN", any)).toBe("swim; run");
  expect(completed("r", any)).toBe("r");
  expect(completed(" ", any)).toBe("");
});

const roster = ["20232001", "20232002", "20232011", "19991112", "5"];

test("what is being typed is completed from the list", () => {
  expect(suggested("2023200", roster)).toEqual(["20232001", "20232002", "20232011"]);
  expect(suggested("1999", roster)).toEqual(["19991112"]);
});

test("what nearly is on the list is taken for it, the nearest first", () => {
  expect(suggested("20237002", roster)[0]).toBe("20232002"); // a digit misread
  expect(suggested("2032011", roster)[0]).toBe("20232011"); // one left out
  expect(suggested("202232001", roster)[0]).toBe("20232001"); // one twice
  expect(suggested("20273", roster)).toContain("20232001"); // while it is typed
});

test("nothing is suggested for nothing, for what is on the list, and where nothing is near", () => {
  expect(suggested("", roster)).toEqual([]);
  expect(suggested("20232002", roster)).toEqual([]);
  expect(suggested("777", roster)).toEqual([]);
  expect(suggested("7", roster)).toEqual([]);
  expect(suggested("7", [])).toEqual([]);
});

test("wide digits and marks become those that are computed with", () => {
  expect(halfWidth(" ０９：０５ ")).toBe("09:05");
  expect(halfWidth("－３．５")).toBe("-3.5");
  expect(halfWidth("２０２６／１１／２９")).toBe("2026/11/29");
});

test("words stay as they are", () => {
  expect(halfWidth("是（Ａ）")).toBe("是（Ａ）");
  expect(halfWidth("7a")).toBe("7a");
});
