import { expect, test } from "vitest";
import type { FormCell, FormTable } from "../../generated/shapes";
import { culpritOf } from "./points";

const cell = (text: string, confidence: number, ...others: [string, number][]): FormCell => ({
  text,
  status: "unsure",
  confidence,
  rule: "sum",
  message: "",
  alternatives: others.map(([text, probability]) => ({ text, probability })),
  page: 1,
  box: [0, 0, 1, 1],
  source: "a.jpg",
});

function tableOf(...cells: FormCell[]): FormTable {
  const named = cells.map((each, index) => [`q${index + 1}`, each] as const);
  const columns = named.map(([name]) => ({
    name,
    label: name,
    kind: "number" as const,
    decimals: 0,
    total: false,
    printed: false,
  }));
  const row = { sheet: 1, row: 1, cells: Object.fromEntries(named) };
  return { format: 1, title: "T", columns, rows: [row], doubtful: cells.length, problems: [] };
}

test("the cell whose alternative makes the sum right is named, with that text", () => {
  const table = tableOf(
    cell("3", 0.98),
    cell("1", 0.7, ["1", 0.7], ["7", 0.01]),
    cell("5", 0.97),
    cell("15", 0.99),
  );
  expect(culpritOf(table, 0)).toMatchObject({ name: "q2", fitting: "7" });
});

test("without one, it is the cell where a single digit would do, of those the least confident one", () => {
  const table = tableOf(cell("12", 0.99), cell("30", 0.6), cell("8", 0.9), cell("60", 0.99));
  expect(culpritOf(table, 0)).toEqual({ name: "q2", fitting: "40", summed: "50", total: "60" });
});

test("what people wrote is certain, and the rest is looked at with it", () => {
  const table = tableOf(cell("2", 0.5), cell("4", 0.9), cell("9", 0.99));
  expect(culpritOf(table, 0, new Map([["q1", "2"]]))).toMatchObject({ name: "q2", fitting: "7" });
  const all = new Map([["q1", "2"], ["q2", "4"], ["q3", "9"]]); // biome-ignore format: one a cell
  expect(culpritOf(table, 0, all)).toBe(null);
});

test("of two sums in a row, each has its own numbers, wherever its column stands", () => {
  const table = tableOf(cell("9", 0.9), cell("2", 0.9), cell("4", 0.9), cell("5", 0.9), cell("8", 0.9));
  const [first, , , fourth] = table.columns;
  Object.assign(first ?? {}, { sum_of: ["q2", "q3"] });
  Object.assign(fourth ?? {}, { sum_of: ["q5"] });
  expect(culpritOf(table, 0, new Map(), "q3")).toMatchObject({ summed: "6", total: "9" });
  expect(culpritOf(table, 0, new Map(), "q5")).toMatchObject({ summed: "8", total: "5" });
});

test("where no text fits, it is the least confident cell", () => {
  const table = tableOf(cell("90", 0.8), cell("80", 0.4), cell("5", 0.9));
  expect(culpritOf(table, 0)?.name).toBe("q2");
  expect(culpritOf(tableOf(), 0)).toBe(null);
});
