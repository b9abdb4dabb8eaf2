/** The points of a graded table, as `shuzi form read` computes them: by a key, or the number that was written. */
import type { FormCell, FormColumn, FormTable } from "../../generated/shapes";
import { BETWEEN } from "../../generated/tables";
import { tickedIn } from "./options";

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

/** What a row has in these columns; "" where nothing was written or photographed. */
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
    counted.length > 0 ? plain(counted.reduce((sum, points) => sum + points, 0)) : "",
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
