import { expect, test } from "vitest";
import type { FormCell, FormTable } from "../../generated/shapes";
import { doubtsOf, keyOf, standingOf } from "./table";

function cell(text: string, more: Partial<FormCell> = {}): FormCell {
  const status = text === "" ? "blank" : "ok";
  const rest = { confidence: 1, message: "", alternatives: [], page: 1, source: "a.jpg" };
  return { text, status, rule: "", box: [0, 0, 1, 1], ...rest, ...more };
}

/** A table in which each row is a student: a printed name, then two answers. */
function tableOf(...rows: [FormCell, FormCell][]): FormTable {
  const columns = ["name", "q1", "q2"].map((name) => ({
    name,
    label: name,
    kind: "number" as const,
    decimals: 0,
    total: false,
    printed: name === "name",
  }));
  const lines = rows.map(([q1, q2], index) => ({
    sheet: 1,
    row: index + 1,
    cells: { name: cell(`student ${index}`, { status: "printed" }), q1, q2 },
  }));
  return { format: 1, title: "T", columns, rows: lines, doubtful: 0, problems: [] };
}

const unsure = { status: "unsure", confidence: 0.4 } as const;
const missing = { status: "unsure", rule: "missing" } as const;
const table = tableOf(
  [cell("5"), cell("7")],
  [cell("5", unsure), cell("7")],
  [cell("", missing), cell("", missing)],
  [cell(""), cell("")],
  [cell("5", { changes: [{ before: "6", after: "5", at: "2026-01-01T00:00:00Z" }] }), cell("7")],
  [cell("5", { changes: [{ before: "5", after: "5", at: "2026-01-01T00:00:00Z" }] }), cell("7")],
);

test("each row counts once, by what is left to do with it", () => {
  expect(standingOf(table, doubtsOf(table), new Map())).toEqual({
    read: 2, // the last one was confirmed, not corrected
    doubtful: 1,
    missing: 1,
    empty: 1,
    corrected: 1,
  });
});

test("a row that was corrected is to be checked as long as another cell of it is", () => {
  const texts = new Map([[keyOf({ row: 1, name: "q2" }), "8"]]);
  expect(standingOf(table, doubtsOf(table), texts)).toMatchObject({ doubtful: 1, corrected: 1 });
  expect(standingOf(table, [], texts)).toMatchObject({ doubtful: 0, missing: 0, corrected: 2, empty: 2 });
});

test("what was doubtful and right is read", () => {
  const texts = new Map([[keyOf({ row: 1, name: "q1" }), "5"]]);
  expect(standingOf(table, [], texts)).toMatchObject({ read: 3, corrected: 1 });
});
