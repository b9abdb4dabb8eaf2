import { expect, test } from "vitest";
import type { FormCell, FormTable } from "../../generated/shapes";
import { asCsv, corrected, doubtsOf, NotATable, printedIn, tableIn } from "./table";

function cell(text: string, confidence = 1, status: FormCell["status"] = "ok"): FormCell {
  const rest = {
    rule: "" as const,
    message: "",
    alternatives: [],
    page: 1,
    box: [0, 0, 1, 1] as FormCell["box"],
  };
  return { text, status, confidence, source: "a.jpg", ...rest };
}

function tableOf(...rows: Record<string, FormCell>[]): FormTable {
  const columns = ["id", "q"].map((name) => ({
    name,
    label: name,
    kind: "number" as const,
    decimals: 0,
    total: false,
    printed: false,
  }));
  const numbered = rows.map((cells, row) => ({ sheet: 1, row: row + 1, cells }));
  return { format: 1 as const, title: "T", columns, rows: numbered, doubtful: 0, problems: [] };
}

test("a corrected cell says what it held before, and when it changed", () => {
  const first = { before: "7", after: "4", at: "2026-11-28T23:50:00.000Z" };
  const again = { before: "4", after: "1", at: "2026-11-28T23:51:00.000Z" };
  const table = tableOf({ id: { ...cell("4"), changes: [first] }, q: cell("7") });
  const { rows } = corrected(table, new Map([["0 id", "1"]]), new Map([["0 id", [again]]]));
  expect(rows[0]?.cells.id).toMatchObject({ text: "1", status: "ok", changes: [first, again] });
  expect(rows[0]?.cells.q).toEqual(cell("7"));
});

test("a table that was read is read", () => {
  const table = tableOf({ id: cell("007"), q: cell("1") });
  expect(tableIn(JSON.stringify(table))).toEqual(table);
});

test.each([
  ["no JSON", "{"],
  ["another format", JSON.stringify({ ...tableOf(), format: 2 })],
  ["a list", "[]"],
  ["a picture that is none", JSON.stringify(tableOf({ id: { ...cell("1"), picture: '"><script>' } }))],
  ["a cell without text", JSON.stringify(tableOf({ id: { ...cell("1"), text: 5 } as unknown as FormCell }))],
  ["digits that are none", JSON.stringify(tableOf({ id: { ...cell("1"), digits: '"><script>' } }))],
  [
    "changes that are none",
    JSON.stringify(tableOf({ id: { ...cell("1"), changes: [null] } as unknown as FormCell })),
  ],
  ["a problem that is none", JSON.stringify({ ...tableOf(), problems: [null] })],
  ["a problem without words", JSON.stringify({ ...tableOf(), problems: [{ source: "a.jpg" }] })],
  [
    "an alternative that is none",
    JSON.stringify(tableOf({ id: { ...cell("1"), alternatives: [null as never] } })),
  ],
])("%s is refused", (_, text) => {
  expect(() => tableIn(text)).toThrow(NotATable);
});

test("the most doubtful cell comes first, and cells that break a rule are among them", () => {
  const table = tableOf(
    { id: cell("1", 0.9, "unsure"), q: cell("2") },
    { id: { ...cell("3", 0.95), rule: "range" }, q: cell("4", 0.2, "unsure") },
  );
  expect(doubtsOf(table).map(({ row, name }) => [row, name])).toEqual([
    [1, "q"],
    [0, "id"],
    [1, "id"],
  ]);
});

test("what is printed in a row says whose it is", () => {
  const table = tableOf({ id: cell("007"), q: cell("1") }, { id: cell(""), q: cell("2") });
  const [id, ...rest] = table.columns;
  const printed = { ...table, columns: [...(id ? [{ ...id, printed: true }] : []), ...rest] };
  expect([0, 1].map((row) => printedIn(printed, row))).toEqual(["007", ""]);
  expect(printedIn(table, 0)).toBe("");
});

test("the cells of a row that does not add up come one after another", () => {
  const sum = { rule: "sum" as const, status: "unsure" as const };
  const table = tableOf(
    { id: { ...cell("1", 0.97), ...sum }, q: { ...cell("2", 0.3), ...sum } },
    { id: cell("3", 0.5, "unsure"), q: cell("4", 0.2, "unsure") },
  );
  expect(doubtsOf(table).map(({ row, name }) => [row, name])).toEqual([
    [1, "q"],
    [0, "q"],
    [0, "id"],
    [1, "id"],
  ]);
});

test("what people wrote is certain, and nothing else changes", () => {
  const table = tableOf({ id: cell("1", 0.4, "unsure"), q: cell("2", 0.5, "unsure") });
  const made = corrected(table, new Map([["0 id", "7"]]));
  expect(made.rows[0]?.cells.id).toMatchObject({ text: "7", status: "ok", confidence: 1 });
  expect(made.rows[0]?.cells.q).toEqual(table.rows[0]?.cells.q);
  expect(made.doubtful).toBe(1);
  expect(table.rows[0]?.cells.id?.text).toBe("1");
});

test("CSV is for spreadsheets: marked as UTF-8, quoted, and without formulas", () => {
  const table = tableOf(
    { id: cell("007"), q: cell("=1", 0.1, "unsure") },
    { id: cell('a"b'), q: cell("-3") },
  );
  expect(
    asCsv(table, {
      doubtful: "to check",
      photo: "photo",
      version: "version",
      pointsOf: String,
      points: String,
    }),
  ).toBe('\ufeff"id","q","to check","photo"\r\n"007","\'=1","q","a.jpg"\r\n"a""b","-3","","a.jpg"\r\n');
});
