import { expect, test } from "vitest";
import type { FormCell, FormTable } from "../../generated/shapes";
import { UNSEEN } from "../../here/protocol";
import { comparedBy, digitsBy, hasCorrected } from "./stack";

function cell(text: string, status: FormCell["status"] = "ok"): FormCell {
  const said = { confidence: 1, rule: "" as const, message: "", alternatives: [], page: 1, source: "a.jpg" };
  return { text, status, box: [0, 0, 1, 1], ...said };
}

const column = { label: "", kind: "number" as const, decimals: 0, total: false, printed: false };
const table: FormTable = {
  format: 1,
  title: "T",
  columns: [
    { ...column, name: "id", printed: true },
    { ...column, name: "q" },
  ],
  rows: ["1.7", "7", "71"].map((text, row) => ({
    sheet: 1,
    row: row + 1,
    cells: { id: cell(row < 2 ? "Ada" : "Li", "printed"), q: cell(text) },
  })),
  doubtful: 0,
  problems: [],
};
const cells = [
  { row: 0, name: "q", first: 0, count: 2 },
  { row: 1, name: "q", first: 2, count: 1 },
  { row: 2, name: "q", first: 3, count: 2 },
];

test("what a person wrote is a label, the rest is asked for, each by its writer", () => {
  const digits = digitsBy(table, cells, new Map([["0 q", "1.4"]]), true);
  expect([...digits.labels]).toEqual([1, 4, UNSEEN, UNSEEN, UNSEEN]);
  expect([...digits.answers]).toEqual([UNSEEN, UNSEEN, 7, 7, 1]);
  expect([...digits.writers]).toEqual([0, 0, 0, 1, 1]);
  expect([...digitsBy(table, cells, new Map(), false).writers]).toEqual([0, 0, 0, 0, 0]);
});

test("what a person wrote before the table was saved and opened again is a label too", () => {
  const changes = [{ before: "1", after: "7", at: "2026-11-28T20:00:00Z" }];
  const [first, second, ...others] = table.rows;
  if (!first || !second) throw new Error("rows");
  const again = { ...second, cells: { ...second.cells, q: { ...cell("7"), changes } } };
  const digits = digitsBy({ ...table, rows: [first, again, ...others] }, cells, new Map(), false);
  expect([digits.labels[2], digits.answers[2]]).toEqual([7, UNSEEN]);
});

test("a text of another length teaches nothing, and is not asked for", () => {
  const digits = digitsBy(table, cells, new Map([["2 q", "7"]]), false);
  expect([...digits.labels, ...digits.answers.slice(3)]).toEqual(Array(7).fill(UNSEEN));
});

test("only another digit is a correction", () => {
  expect(hasCorrected(table, cells, new Map([["0 q", "17"]]))).toBe(false);
  expect(hasCorrected(table, cells, new Map([["0 q", "1.4"]]))).toBe(true);
  expect(hasCorrected(table, cells, new Map([["0 q", "144"]]))).toBe(false);
});

test("what is surely another digit changes its text, what may be one is a doubt", () => {
  const [sure, perhaps] = [
    { digit: 4, alike: 1, logit: 1 },
    { digit: 4, alike: 1, logit: -0.5 },
  ];
  const compared = comparedBy(table, cells, [null, sure, perhaps, null, null]);
  expect([...compared]).toEqual([
    ["0 q", { row: 0, name: "q", text: "1.4", other: "1.7" }],
    ["1 q", { row: 1, name: "q", text: "7", other: "4" }],
  ]);
});
