import { expect, test } from "vitest";
import { type Field, kindOf, kindsOf, ofKind, splitOf, stemOf, tomlOf } from "./toml";

const PAPER = { title: "Meter card", paper: "A4", landscape: false };
const FIELD: Field = {
  name: "f1",
  kind: "number",
  boxes: 8,
  decimals: 2,
  style: "boxes",
  at: [[1, 2.5, 48, 8]],
};

function fieldOf(changed: Partial<Field>): string {
  return tomlOf(PAPER, [{ ...FIELD, ...changed }], "a.blank.png").split("\n\n")[1] ?? "";
}

test("a form and its fields are written as a spec", () => {
  expect(tomlOf({ ...PAPER, landscape: true }, [FIELD], "a.blank.png")).toBe(
    `title = "Meter card"\npaper = "A4"\nblank = "a.blank.png"\nlandscape = true\n\n` +
      `[[fields]]\nname = "f1"\nboxes = 8\nstyle = "boxes"\ndecimals = 2\nat = [1,2.5,48,8]\n`,
  );
});

test("a date has no boxes of its own, an identifier no point, and boxes of their own places keep them", () => {
  expect(fieldOf({ kind: "date" })).toBe(
    `[[fields]]\nname = "f1"\nkind = "date"\nstyle = "boxes"\nat = [1,2.5,48,8]\n`,
  );
  expect(fieldOf({ kind: "identifier" })).toContain(`kind = "identifier"\nboxes = 8\nstyle = "boxes"\nat`);
  const at: Field["at"] = [
    [1, 2, 3, 4],
    [5, 2, 3, 4],
  ];
  expect(fieldOf({ at })).toContain("at = [[1,2,3,4],[5,2,3,4]]");
});

test("a time has no boxes of its own either, an account number has its country, and others keep their boxes", () => {
  expect(fieldOf({ kind: "time", boxes: 4 })).toContain(`kind = "time"\nstyle = "boxes"\nat`);
  expect(fieldOf({ kind: "iban", country: "DE", boxes: 20 })).toContain(
    `kind = "iban"\ncountry = "DE"\nstyle = "boxes"\nat`,
  );
  expect(fieldOf({ kind: "phone", country: "", boxes: 11 })).toContain(
    `kind = "phone"\nboxes = 11\nstyle = "boxes"\nat`,
  );
});

test("what a person types becomes a text that a spec may have", () => {
  expect(fieldOf({ name: ' a"\n[x]\u007f ' })).toContain('name = "a\\" [x]"\n');
  expect(fieldOf({ name: "姓\u3000名\u200b\ud800" })).toContain('name = "姓 名"\n');
});

test("a title becomes the name of a file", () => {
  expect([stemOf("成绩 1/2"), stemOf("a: b?"), stemOf(" ")]).toEqual(["成绩 1-2", "a- b-", "form"]);
  expect(stemOf("..hidden")).toBe("hidden");
  expect(stemOf("🙂".repeat(200))).toBe("🙂".repeat(50));
});

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

test("each box of a field becomes a field where it is printed", () => {
  const even = splitOf({ ...FIELD, boxes: 4, at: [[10, 2, 24, 8]] });
  expect(even.map(({ name, at }) => [name, at[0]])).toEqual([
    ["f1.1", [10, 2, 6, 8]],
    ["f1.2", [16, 2, 6, 8]],
    ["f1.3", [22, 2, 6, 8]],
    ["f1.4", [28, 2, 6, 8]],
  ]);
  const apart: Field["at"] = [
    [1, 2, 3, 4],
    [5, 2, 3, 4],
  ];
  expect(splitOf({ ...FIELD, boxes: 2, at: apart }).flatMap(({ at }) => at)).toEqual(apart);
  expect(even.every(({ boxes, decimals, kind }) => boxes === 1 && decimals === 0 && kind === "number")).toBe(
    true,
  );
});
