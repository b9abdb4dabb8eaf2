/** Where numbers do not add up, one cell is likelier to be misread than the others: which one, and what would fit. */
import type { FormCell, FormTable } from "../../generated/shapes";

export interface Culprit {
  /** Of its column. */
  name: string;
  /** The text with which the numbers add up; "" if no likely one does. */
  fitting: string;
}

const ONE_DIGIT = 0.3; // how much less likely a text that is not among the alternatives is, for each digit that differs
const MOST_DIGITS = 2; // that are misread in one cell
const LIKELY = 1e-3; // the probability from which a text counts at all

/**
 * The likeliest culprit of a row, among the cells that should add up; null if there are none, or people wrote all.
 *
 * The total is the last column among them.
 *
 * @param written what people wrote, by the names of the columns: that is certain
 */
export function culpritOf(
  { columns, rows }: FormTable,
  row: number,
  written: ReadonlyMap<string, string> = new Map(),
): Culprit | null {
  const cells = rows[row]?.cells ?? {};
  const summed = columns.flatMap(({ name, decimals }) => {
    const cell = cells[name];
    return cell?.rule === "sum" ? [{ name, decimals, cell, text: written.get(name) ?? cell.text }] : [];
  });
  const suspects = summed.filter(({ name }) => !written.has(name));
  if (suspects.length === 0) return null;
  const finest = Math.max(...columns.map(({ decimals }) => decimals));
  const values = summed.map(({ text }) => Math.round(Number(text || 0) * 10 ** finest));
  const total = values.length - 1;
  const missing = (values[total] ?? 0) - values.slice(0, -1).reduce((sum, value) => sum + value, 0);
  const candidates = suspects.map(({ name, decimals, cell }) => {
    const index = summed.findIndex((column) => column.name === name);
    const value = (values[index] ?? 0) + (index === total ? -missing : missing);
    const isPossible = value >= 0 && value % 10 ** (finest - decimals) === 0;
    const fitting = isPossible ? (value / 10 ** finest).toFixed(decimals) : "";
    return { name, fitting, likely: fitting === "" ? 0 : likelihood(cell, fitting), cell };
  });
  // if none can be put right alone, the one that was read with least confidence
  candidates.sort((a, b) => b.likely - a.likely || a.cell.confidence - b.cell.confidence);
  const [first] = candidates;
  return first ? { name: first.name, fitting: first.likely >= LIKELY ? first.fitting : "" } : null;
}

/** How likely it is that a text was written where something else was read. */
function likelihood({ text, confidence, alternatives }: FormCell, fitting: string): number {
  const listed = alternatives.find(
    (alternative) => Number(alternative.text) === Number(fitting) && alternative.text !== "",
  );
  if (listed) return listed.probability;
  const [read, other] = [text, fitting].map((number) => number.replace(".", ""));
  if (!read || !other) return LIKELY * (1 - confidence);
  const length = Math.max(read.length, other.length);
  const [a, b] = [read.padStart(length, "0"), other.padStart(length, "0")];
  const differing = [...a].filter((digit, index) => digit !== b[index]).length;
  return differing > MOST_DIGITS ? 0 : (1 - confidence + LIKELY) * ONE_DIGIT ** differing;
}
