/** A file that `shuzi form read` wrote becomes a table to review; a table with corrections becomes such a file again. */
import type { FormCell, FormChange, FormTable } from "../../generated/shapes";
import { FORMAT } from "../../generated/tables";
import { csvOf, neutral } from "../../shared/files";
import { culpritOf, headsOf, type PointsHeads, pointsIn } from "./points";

/** Changes of a cell that are kept, the last ones. */
const MAX_CHANGES = 100;

/** The format of the text is another one, or it is no table at all. */
export class NotATable extends Error {}

/** Read a table; throws `NotATable`. */
export function tableIn(text: string): FormTable {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw new NotATable();
  }
  if (!isTable(content)) throw new NotATable();
  return content;
}

function isTable(content: unknown): content is FormTable {
  if (!isRecord(content) || content.format !== FORMAT || typeof content.title !== "string") return false;
  const { columns, rows, problems } = content;
  if (!Array.isArray(columns) || !Array.isArray(rows) || !Array.isArray(problems)) return false;
  if (!problems.every((problem) => isRecord(problem) && isText(problem.source) && isText(problem.message)))
    return false;
  const { versions } = content;
  if (versions !== undefined && !(Array.isArray(versions) && versions.every(isVersion))) return false;
  const named = columns.every(isColumn);
  return named && rows.every(isRow);
}

function isRow(row: unknown): boolean {
  if (!isRecord(row) || !isRecord(row.cells) || !Object.values(row.cells).every(isCell)) return false;
  return row.version === undefined || isText(row.version);
}

function isColumn(column: unknown): boolean {
  if (!isRecord(column) || !isText(column.name) || !isText(column.label)) return false;
  return [column.options, column.among].every((list) => list === undefined || isTexts(list));
}

function isTexts(list: unknown): list is string[] {
  return Array.isArray(list) && list.every(isText);
}

function isVersion(version: unknown): boolean {
  if (!isRecord(version) || !isText(version.name) || !isRecord(version.keys)) return false;
  return Object.values(version.keys).every(isTexts);
}

function isCell(cell: unknown): boolean {
  if (!isRecord(cell) || !Array.isArray(cell.alternatives)) return false;
  if (!cell.alternatives.every((alternative) => isRecord(alternative) && isText(alternative.text)))
    return false;
  const { box } = cell;
  if (!Array.isArray(box) || box.length !== 4 || !box.every(Number.isFinite)) return false;
  const said = [cell.text, cell.status, cell.rule, cell.message, cell.source].every(isText);
  const shown = [cell.picture, cell.digits].every(
    (picture) => picture === undefined || (isText(picture) && /^[\w+/=]*$/.test(picture)),
  );
  const { changes } = cell;
  if (changes !== undefined && !(Array.isArray(changes) && changes.every(isChange))) return false;
  return said && shown && typeof cell.confidence === "number";
}

function isChange(change: unknown): boolean {
  return isRecord(change) && [change.before, change.after, change.at].every(isText);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
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

/** Return the printed text of a row, such as a student's number and name; "" if there is none. */
export function printedIn({ columns, rows }: FormTable, row: number): string {
  const cells = rows[row]?.cells ?? {};
  return columns
    .flatMap(({ name, printed }) => (printed ? (cells[name]?.text ?? []) : []))
    .filter(Boolean)
    .join(" ");
}

/**
 * The positions of doubtful cells, the most doubtful first; what should add up is looked at together, the cell that is
 * likeliest to be wrong first.
 */
export function doubtsOf(table: FormTable): Position[] {
  const doubts = table.rows.flatMap((row, index) => {
    const doubtful = Object.entries(row.cells).filter(([, cell]) => isDoubtful(cell));
    const culprit = culpritOf(table, index)?.name;
    const least = Math.min(...doubtful.map(([, cell]) => (cell.rule === "sum" ? cell.confidence : 1)));
    return doubtful.map(([name, { rule, confidence }]) => {
      const order = name === culprit ? -1 : confidence;
      return { row: index, name, order, first: rule === "sum" ? least : confidence };
    });
  });
  return doubts.sort((a, b) => a.first - b.first || a.row - b.row || a.order - b.order);
}

/**
 * The table with what people wrote in place of what was read: nobody need look at those cells again.
 *
 * @param texts what people wrote, by `keyOf`
 * @param changes when they wrote it, in order
 */
export function corrected(
  table: FormTable,
  texts: ReadonlyMap<string, string>,
  changes: ReadonlyMap<string, readonly FormChange[]> = new Map(),
): FormTable {
  const rows = table.rows.map((row, index) => {
    const cells = Object.entries(row.cells).map(([name, cell]) => {
      const key = keyOf({ row: index, name });
      const text = texts.get(key);
      if (text === undefined) return [name, cell] as const;
      const status: FormCell["status"] = text ? "ok" : "blank";
      const said = { ...cell, text, status, confidence: 1, rule: "" as const, message: "" };
      const own = [...(cell.changes ?? []), ...(changes.get(key) ?? [])];
      return [name, own.length > 0 ? { ...said, changes: own.slice(-MAX_CHANGES) } : said] as const;
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
      const { picture, digits: _, ...rest } = cell;
      if (!isDoubtful(cell)) return [name, { ...rest, alternatives: [] }] as const;
      return [name, picture ? { ...rest, picture } : rest] as const;
    });
    return { ...row, cells: Object.fromEntries(cells) };
  });
  return { ...table, rows };
}

/** What stands above the columns that are no fields. */
export interface CsvHeads extends PointsHeads {
  version: string;
  doubtful: string;
  photo: string;
}

/** As `shuzi form read` writes CSV: with a byte order mark, for spreadsheets, and no text taken for a formula. */
export function asCsv(table: FormTable, heads: CsvHeads): string {
  const names = table.columns.map((column) => column.name);
  const lines = table.rows.map((row) => {
    // in the order of the columns: an object has names that are numbers first
    const cells = names.flatMap((name) => row.cells[name] ?? []);
    const unsure = names.filter((name) => row.cells[name] && isDoubtful(row.cells[name]));
    const sources = new Set(cells.map(({ source }) => source).filter(Boolean));
    const texts = names.map((name) => row.cells[name]?.text ?? "");
    return [
      ...texts,
      ...(table.versions?.length ? [row.version ?? ""] : []),
      ...pointsIn(table, row),
      unsure.join(" "),
      [...sources].join(", "),
    ];
  });
  const version = table.versions?.length ? [heads.version] : [];
  const first = [...names, ...version, ...headsOf(table, heads), heads.doubtful, heads.photo];
  return `\ufeff${csvOf([first, ...lines].map((line) => line.map(neutral)))}`;
}
