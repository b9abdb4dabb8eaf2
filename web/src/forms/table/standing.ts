/** How far each row of a table is: of a class, each student's. */
import type { FormCell, FormTable } from "../../generated/shapes";
import { keyOf, type Position } from "./table";

/** How many rows are read and need nothing, are to be checked, were corrected, are empty, or lack their page. */
export type Standing = Record<"read" | "doubtful" | "corrected" | "empty" | "missing", number>;

/**
 * Count the rows; each counts once.
 *
 * @param doubts the cells that somebody still has to look at
 * @param texts what people wrote, by `keyOf`
 */
export function standingOf(
  table: FormTable,
  doubts: readonly Position[],
  texts: ReadonlyMap<string, string>,
): Standing {
  const standing: Standing = { read: 0, doubtful: 0, corrected: 0, empty: 0, missing: 0 };
  const doubtful = new Set(doubts.map(({ row }) => row));
  for (const [row, { cells }] of table.rows.entries()) {
    const written = Object.entries(cells).filter(([, { status }]) => status !== "printed");
    const isWhole = (test: (cell: FormCell) => boolean) => written.every(([, cell]) => test(cell));
    const hasCorrection = written.some(([name, cell]) => isCorrected(cell, texts.get(keyOf({ row, name }))));
    if (doubtful.has(row)) standing[isWhole(({ rule }) => rule === "missing") ? "missing" : "doubtful"] += 1;
    else if (hasCorrection) standing.corrected += 1;
    else standing[isWhole(({ text }) => text === "") ? "empty" : "read"] += 1;
  }
  return standing;
}

/** Whether a person wrote something else than was read, now or before the table was saved. */
function isCorrected(cell: FormCell, text: string | undefined): boolean {
  if (text !== undefined && text.trim() !== cell.text.trim()) return true;
  return cell.changes?.some(({ before, after }) => before !== after) ?? false;
}
