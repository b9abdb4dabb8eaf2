/** A file that `shuzi form read` wrote becomes a table to review; a table with corrections becomes such a file again. */
import type { FormCell, FormTable } from "../generated/shapes";
import { FORMAT } from "../generated/tables";
import { csvOf, neutral } from "../shared/csv";

/** The format of the text is another one, or it is no table at all. */
export class NotATable extends Error {}

/** Read a table; throws `NotATable`. */
export function tableIn(text: string): FormTable {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    throw new NotATable();
  }
  if (!isTable(found)) throw new NotATable();
  return found;
}

function isTable(found: unknown): found is FormTable {
  if (!isRecord(found) || found.format !== FORMAT || typeof found.title !== "string") return false;
  const { columns, rows, problems } = found;
  if (!Array.isArray(columns) || !Array.isArray(rows) || !Array.isArray(problems)) return false;
  if (!problems.every((each) => isRecord(each) && isText(each.source) && isText(each.message))) return false;
  const named = columns.every((each) => isRecord(each) && isText(each.name) && isText(each.label));
  return (
    named &&
    rows.every((row) => isRecord(row) && isRecord(row.cells) && Object.values(row.cells).every(isCell))
  );
}

function isCell(found: unknown): boolean {
  if (!isRecord(found) || !Array.isArray(found.alternatives)) return false;
  if (!found.alternatives.every((each) => isRecord(each) && isText(each.text))) return false;
  const { box } = found;
  if (!Array.isArray(box) || box.length !== 4 || !box.every(Number.isFinite)) return false;
  const said = [found.text, found.status, found.rule, found.message, found.source].every(isText);
  const shown = found.picture === undefined || (isText(found.picture) && /^[\w+/=]*$/.test(found.picture));
  return said && shown && typeof found.confidence === "number";
}

function isRecord(found: unknown): found is Record<string, unknown> {
  return typeof found === "object" && found !== null && !Array.isArray(found);
}

function isText(found: unknown): found is string {
  return typeof found === "string";
}

/** Whether a person should look at a cell. */
export function isDoubtful(cell: FormCell): boolean {
  return cell.status === "unsure" || cell.rule !== "";
}

/** The position of a cell: its row from 0, and the name of its column. */
export interface Position {
  row: number;
  name: string;
}

export function keyOf({ row, name }: Position): string {
  return `${row} ${name}`;
}

/** What is printed in a row, such as the number and the name of a student; "" if nothing is. */
export function printedIn({ columns, rows }: FormTable, row: number): string {
  const cells = rows[row]?.cells ?? {};
  return columns
    .flatMap(({ name, printed }) => (printed ? (cells[name]?.text ?? []) : []))
    .filter(Boolean)
    .join(" ");
}

/** The positions of doubtful cells, the most doubtful first; what should add up is looked at together. */
export function doubtsOf(table: FormTable): Position[] {
  const found = table.rows.flatMap((row, index) => {
    const doubtful = Object.entries(row.cells).filter(([, cell]) => isDoubtful(cell));
    const least = Math.min(...doubtful.map(([, cell]) => (cell.rule === "sum" ? cell.confidence : 1)));
    return doubtful.map(([name, { rule, confidence }]) => {
      return { row: index, name, confidence, first: rule === "sum" ? least : confidence };
    });
  });
  return found.sort((a, b) => a.first - b.first || a.row - b.row || a.confidence - b.confidence);
}

/** The table with what people wrote in place of what was read: nobody need look at those cells again. */
export function corrected(table: FormTable, texts: ReadonlyMap<string, string>): FormTable {
  const rows = table.rows.map((row, index) => {
    const cells = Object.entries(row.cells).map(([name, cell]) => {
      const text = texts.get(keyOf({ row: index, name }));
      if (text === undefined) return [name, cell] as const;
      const status: FormCell["status"] = text ? "ok" : "blank";
      return [name, { ...cell, text, status, confidence: 1, rule: "" as const, message: "" }] as const;
    });
    return { ...row, cells: Object.fromEntries(cells) };
  });
  const doubtful = rows.flatMap((row) => Object.values(row.cells)).filter(isDoubtful).length;
  return { ...table, rows, doubtful };
}

/** The table with pictures and alternatives of doubtful cells only, as a workbook shows them: a large one can be sent. */
export function forWorkbook(table: FormTable): FormTable {
  const rows = table.rows.map((row) => {
    const cells = Object.entries(row.cells).map(([name, cell]) => {
      const { picture: _, ...rest } = cell;
      return [name, isDoubtful(cell) ? cell : { ...rest, alternatives: [] }] as const;
    });
    return { ...row, cells: Object.fromEntries(cells) };
  });
  return { ...table, rows };
}

/** As `shuzi form read` writes CSV: with a byte order mark, for spreadsheets, and no text taken for a formula. */
export function asCsv(table: FormTable, doubtful: string, photo: string): string {
  const names = table.columns.map((each) => each.name);
  const lines = table.rows.map((row) => {
    // in the order of the columns: an object has names that are numbers first
    const cells = names.flatMap((name) => row.cells[name] ?? []);
    const unsure = names.filter((name) => row.cells[name] && isDoubtful(row.cells[name]));
    const sources = new Set(cells.map(({ source }) => source).filter(Boolean));
    return [...names.map((name) => row.cells[name]?.text ?? ""), unsure.join(" "), [...sources].join(", ")];
  });
  return `\ufeff${csvOf([[...names, doubtful, photo], ...lines].map((line) => line.map(neutral)))}`;
}
