import { expect, test } from "vitest";
import type { FormCell, FormColumn, FormTable } from "../../generated/shapes";
import { headsOf, pointsIn } from "./points";

const heads = { pointsOf: (name: string) => `${name}+`, points: (most: string) => `of ${most}` };

function column(name: string, more: Partial<FormColumn>): FormColumn {
  return { name, label: name, kind: "number", decimals: 0, total: false, printed: false, ...more };
}

function cell(text: string, rule: FormCell["rule"] = ""): FormCell {
  const rest = { message: "", alternatives: [], page: 1, box: [0, 0, 1, 1] as FormCell["box"], source: "" };
  return { text, status: "ok", confidence: 1, rule, ...rest };
}

const columns = [
  column("a", { points: 2, key: ["9.8", "4"], tolerance: 0.1, decimals: 1 }),
  column("b", { kind: "tick", options: ["x", "y", "z"], choose: "any", points: 1.5, key: ["z", "x"] }),
  column("c", { kind: "tick", options: ["x", "y"], points: 1, key: ["x", "y"] }),
  column("d", { points: 10 }),
  column("e", {}),
];
const exam: FormTable = { format: 1, title: "", columns, rows: [], doubtful: 0, problems: [] };

function row(...texts: string[]) {
  const cells = Object.fromEntries(columns.map(({ name }, index) => [name, cell(texts[index] ?? "")]));
  return { sheet: 1, row: 1, cells };
}

test("answers earn points by their key, and numbers without one are points", () => {
  expect(headsOf(exam, heads)).toEqual(["a+", "b+", "c+", "of 14.5"]);
  expect(pointsIn(exam, row("9.9", "x; z", "y", "7", "5"))).toEqual(["2", "1.5", "1", "11.5"]);
  expect(pointsIn(exam, row("9.6", "x", "", "", ""))).toEqual(["0", "0", "0", "0"]);
  expect(pointsIn(exam, row("4.1", "x; y; z", "x", "?", ""))).toEqual(["2", "0", "1", "3"]);
});

test("two numbers of more digits than a double keeps are not the same", () => {
  const table = { ...exam, columns: [column("a", { points: 2, key: ["1234567890123456789"] })] };
  const earned = ["1234567890123456789", "1234567890123456788"].map((text) => pointsIn(table, row(text))[0]);
  expect(earned).toEqual(["2", "0"]);
});

test("some of the right boxes earn some of the points, and a number that is near half of them", () => {
  const partly = columns.map((own) => ({ ...own, partial: own.name === "b", half_tolerance: 0.5 }));
  const table = { ...exam, columns: partly };
  const earned = ["x", "x; z", "x; y; z", "y", "x; y", "x; none", "x; x; y"].map(
    (text) => pointsIn(table, row("", text, "", "", ""))[1],
  );
  expect(earned).toEqual(["0.75", "1.5", "0.75", "0", "0", "0.75", "0"]);
  expect(["9.9", "9.4", "9.2"].map((text) => pointsIn(table, row(text, "", "", "", ""))[0])).toEqual([
    "2",
    "1",
    "0",
  ]);
});

test("a row is graded by the key of its version", () => {
  const versions = [
    { name: "A", order: ["a", "c"], keys: { c: ["x"] } },
    { name: "B", order: ["c", "a"], keys: { c: ["y"] } },
  ];
  const table = { ...exam, versions };
  expect(pointsIn(table, { ...row("", "", "x", "", ""), version: "A" })[2]).toBe("1");
  expect(pointsIn(table, { ...row("", "", "x", "", ""), version: "B" })[2]).toBe("0");
});

test("what was not photographed earns nothing that could be taken for zero", () => {
  const gone = row("", "", "", "", "");
  const cells = Object.fromEntries(Object.keys(gone.cells).map((name) => [name, cell("", "missing")]));
  expect(pointsIn(exam, { ...gone, cells })).toEqual(["", "", "", ""]);
  const half = row("9.9", "x; z", "y", "7", "5");
  half.cells.d = cell("", "missing");
  expect(pointsIn(exam, half)).toEqual(["2", "1.5", "1", ""]);
});

test("a table that is not graded has no such columns", () => {
  const plain = { ...exam, columns: columns.slice(4) };
  expect(headsOf(plain, heads)).toEqual([]);
  expect(pointsIn(plain, row("1"))).toEqual([]);
});
