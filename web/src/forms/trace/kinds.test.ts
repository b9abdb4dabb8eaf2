import { expect, test } from "vitest";
import { kindOf, kindsOf, ofKind } from "./kinds";

test("a field may be what as many digits are", () => {
  const boxed = (boxes: number) => kindsOf({ boxes, style: "boxes" }).slice(2);
  expect(boxed(4)).toEqual(["time"]);
  expect(boxed(8)).toEqual(["date", "phone"]);
  expect(boxed(13)).toEqual(["phone", "card", "iban NO"]);
  // DE68 2105 0170 0012 3456 78 of the IBAN registry, without its country
  expect(boxed(20)).toEqual(["iban CR", "iban DE", "iban ME", "iban RS", "iban VA"]);
  expect(boxed(1)).toEqual([]);
});

test("an open field may be longer than a date or a time", () => {
  expect(kindsOf({ boxes: 10, style: "open" }).slice(2)).toEqual(["date", "time", "phone"]);
  expect(kindsOf({ boxes: 3, style: "open" }).slice(2)).toEqual([]);
});

test("a field keeps the kind that was chosen for it", () => {
  for (const kind of ["number", "time", "iban DE"] as const) expect(kindOf(ofKind(kind))).toBe(kind);
  expect(kindOf({ kind: "date" })).toBe("date");
});
