import { expect, test } from "vitest";
import { suggested } from "./suggestions";

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
