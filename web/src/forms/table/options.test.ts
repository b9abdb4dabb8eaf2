import { expect, test } from "vitest";
import { completed, tickedIn, toggled } from "./options";

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
