/** The points of a graded table, as `shuzi form read` computes them: by a key, or the number that was written. */
import type { FormCell, FormColumn, FormTable } from "../../generated/shapes";
import { BETWEEN } from "../../generated/tables";
import { tickedIn } from "./texts";

/** Says what stands above the points of a column, and above those of a row, of which there are so many at most. */
export interface PointsHeads {
  pointsOf(name: string): string;
  points(most: string): string;
}

const NUMBER = /^-?\d+(\.\d+)?$/;
const EXACT = 1e-9; // how far two numbers that are the same may lie apart in binary

function gradedIn({ columns }: FormTable): FormColumn[] {
  return columns.filter(({ points }) => points);
}

/** The heads of the columns of points: of each column with a key, and of all; none if nothing is graded. */
export function headsOf(table: FormTable, heads: PointsHeads): string[] {
  const graded = gradedIn(table);
  if (graded.length === 0) return [];
  const most = graded.reduce((sum, { points = 0 }) => sum + points, 0);
  return [
    ...graded.flatMap(({ key, name }) => (key?.length ? heads.pointsOf(name) : [])),
    heads.points(plain(most)),
  ];
}

/** What a row has in these columns; "" where nothing was written, or not all was photographed. */
export function pointsIn(table: FormTable, row: FormTable["rows"][number]): string[] {
  const graded = gradedIn(table);
  if (graded.length === 0) return [];
  const isEmpty = Object.values(row.cells).every(({ status }) => status === "blank" || status === "printed");
  const { keys } = table.versions?.find(({ name }) => name === row.version) ?? {};
  const earned = graded.map((column) => {
    const own =
      keys && Object.hasOwn(keys, column.name) ? { ...column, key: keys[column.name] ?? [] } : column;
    return isEmpty ? null : earnedBy(own, row.cells[column.name]);
  });
  const counted = earned.filter((points) => points !== null);
  return [
    ...graded.flatMap(({ key }, index) => (key?.length ? textOf(earned[index] ?? null) : [])),
    counted.length === earned.length ? plain(counted.reduce((sum, points) => sum + points, 0)) : "",
  ];
}

function earnedBy(column: FormColumn, cell: FormCell | undefined): number | null {
  if (!cell || cell.rule === "missing") return null;
  const { key = [], points = 0, tolerance = 0, half_tolerance: half = 0, kind, choose } = column;
  const isNumber = NUMBER.test(cell.text);
  if (key.length === 0) return isNumber ? Number(cell.text) : 0;
  if (kind === "number") {
    if (!isNumber) return 0;
    const numbers = key.filter((right) => NUMBER.test(right));
    const off = Math.min(...numbers.map((right) => distance(cell.text, right))) - EXACT;
    return off <= tolerance ? points : half > 0 && off <= half ? points / 2 : 0;
  }
  if (kind !== "tick" || choose !== "any") return key.includes(cell.text) ? points : 0;
  const { options = [], partial } = column;
  const allRight = options.filter((option) => key.includes(option));
  if (!partial) return cell.text === allRight.join(BETWEEN) ? points : 0;
  const named = tickedIn(cell.text);
  const ticked = options.filter((option) => named.includes(option)); // what is no option counts nothing
  const right = ticked.filter((option) => key.includes(option)).length;
  return (points * Math.max(2 * right - ticked.length, 0)) / key.length;
}

/** How far two numbers lie apart, also those of more digits than a double keeps. */
function distance(left: string, right: string): number {
  const decimals = Math.max(...[left, right].map((text) => text.split(".")[1]?.length ?? 0));
  const whole = (text: string) => {
    const [before = "", after = ""] = text.split(".");
    return BigInt(before + after.padEnd(decimals, "0"));
  };
  const apart = whole(left) - whole(right);
  return Number(apart < 0n ? -apart : apart) / 10 ** decimals;
}

function textOf(points: number | null): string {
  return points === null ? "" : plain(points);
}

function plain(points: number): string {
  return String(Number(points.toPrecision(10)));
}

/** Where numbers do not add up, one cell is likelier to be misread than the others: which one, and what would fit. */
export interface Culprit {
  /** Of its column. */
  name: string;
  /** What the others add up to, and what is written as their sum. */
  summed: string;
  total: string;
  /** The text with which the numbers add up; "" if no likely one does. */
  fitting: string;
}

const ONE_DIGIT = 0.3; // how much less likely a text that is not among the alternatives is, for each digit that differs
const MAX_DIGITS = 2; // that are misread in one cell
const LIKELY = 1e-3; // the probability from which a text counts at all

/**
 * The likeliest culprit of a row, among the cells that should add up; null if there are none, or people wrote all.
 *
 * In a table that does not say what adds up, the total is the last column among them.
 *
 * @param written what people wrote, by the names of the columns: that is certain
 * @param about the column whose sum it is about; the first one that is wrong if it is not given
 */
export function culpritOf(
  { columns, rows }: FormTable,
  row: number,
  written: ReadonlyMap<string, string> = new Map(),
  about = "",
): Culprit | null {
  const cells = rows[row]?.cells ?? {};
  const sums = columns.flatMap(({ name, sum_of: parts = [] }) => {
    const names = [...parts, name];
    return parts.length > 0 && names.some((own) => cells[own]?.rule === "sum") ? [names] : [];
  });
  const own = sums.find((names) => names.includes(about)) ?? sums[0];
  const summed = (own ?? columns.map(({ name }) => name)).flatMap((name) => {
    const [cell, decimals] = [cells[name], columns.find((column) => column.name === name)?.decimals ?? 0];
    return cell && (own || cell.rule === "sum")
      ? [{ name, decimals, cell, text: written.get(name) ?? cell.text }]
      : [];
  });
  const suspects = summed.filter(({ name, cell }) => cell.rule === "sum" && !written.has(name));
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
  if (!first || missing === 0) return null;
  const inUnits = (value: number) => plain(value / 10 ** finest);
  const last = values[total] ?? 0;
  const fitting = first.likely >= LIKELY ? first.fitting : "";
  return { name: first.name, summed: inUnits(last - missing), total: inUnits(last), fitting };
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
  return differing > MAX_DIGITS ? 0 : (1 - confidence + LIKELY) * ONE_DIGIT ** differing;
}
