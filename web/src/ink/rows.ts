/** Boxes of digits become the rows that they stand on; see `shuzi.reading.lines`. */
import {
  CHARACTER_GAP,
  COMMA_BELOW,
  COMMA_BOTTOM,
  COMMA_HEIGHT,
  COMMA_TOP,
  CUT_OFF_DIGIT,
  CUT_OFF_ROW,
  DIGITS_BESIDE_COMMA,
  MAX_ROWS,
  ROW_EDGE_PIXELS,
  STROKE_HEIGHT,
  STROKE_WIDTH,
} from "../generated/reading";
import { type Box, bottomOf, boxOf, rightOf } from "./boxes";
import { inReadingOrder } from "./components";
import { median } from "./numbers";

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Group boxes into rows as `inReadingOrder` does, without commas below a row and rows that the edge cuts off. */
export function rowsOf(candidates: readonly Box[], size: Size): number[][] {
  // the detector's boxes may reach beyond the picture
  const boxes = candidates.map((box) => inside(box, size));
  const at = (row: readonly number[]) => row.map((index) => boxes[index] as Box);
  const rows = inReadingOrder(boxes);
  if (rows.length > MAX_ROWS) return rows;
  const strength = rows.map((row) => at(row).reduce((sum, { height }) => sum + height, 0));
  const order = [...rows.keys()].sort((a, b) => (strength[b] as number) - (strength[a] as number));
  const whole = order.map((rowIndex) => at(rows[rowIndex] as number[])).find((row) => !isAtEdge(row, size));
  const kept: number[] = [];
  for (const index of order) {
    const own = at(rows[index] as number[]);
    const least = own.length > 1 ? CUT_OFF_ROW : CUT_OFF_DIGIT;
    if (whole && isAtEdge(own, size) && heightOf(own) < least * heightOf(whole)) continue;
    if (!kept.some((other) => hang(own, at(rows[other] as number[])))) kept.push(index);
  }
  return kept
    .sort((a, b) => a - b)
    .map((index) => rows[index] as number[])
    .map((row) => row.filter((index) => !isComma(boxes[index] as Box, at(row))));
}

/** Whether a small box starts beside the digits of a row or just below them, as a comma does. */
export function hangsOn(box: Box, row: readonly Box[], below = COMMA_BELOW): boolean {
  const { height, top, bottom } = sizeBeside(box, row);
  const gap = Math.max(
    Math.min(...row.map(({ x }) => x)) - rightOf(box),
    box.x - Math.max(...row.map(rightOf)),
  );
  const lowest = box.height >= COMMA_HEIGHT * height ? 0 : below;
  const most = box.width < STROKE_WIDTH * box.height ? STROKE_HEIGHT : COMMA_HEIGHT;
  return (
    gap < CHARACTER_GAP * height &&
    box.height < most * height &&
    top < box.y &&
    box.y <= bottom + lowest * height
  );
}

/** Whether a row is the commas of another one; more than one small digit may be a row of its own. */
function hang(own: readonly Box[], row: readonly Box[]): boolean {
  const [top, bottom] = [Math.min(...row.map(({ y }) => y)), Math.max(...row.map(bottomOf))];
  const [first] = own as [Box];
  // most rows of a page are far from each other
  if (first.y <= top || first.y > bottom + COMMA_BELOW * (bottom - top)) return false;
  return own.every((box) => hangsOn(box, row, own.length === 1 ? COMMA_BELOW : 0));
}

function isComma(box: Box, row: readonly Box[]): boolean {
  const others = row.filter((rowBox) => rowBox !== box);
  if (!others.length || !hangsOn(box, others)) return false;
  const { height, top, bottom } = sizeBeside(box, others);
  return box.y > top + COMMA_TOP * height && bottomOf(box) > bottom + COMMA_BOTTOM * height;
}

/** The height, the top and the bottom of the digits of a row that are next to a box. */
function sizeBeside(box: Box, row: readonly Box[]): { height: number; top: number; bottom: number } {
  const middle = box.x + box.width / 2;
  const away = ({ x, width }: Box) => Math.abs(x + width / 2 - middle);
  const near = [...row].sort((a, b) => away(a) - away(b)).slice(0, DIGITS_BESIDE_COMMA);
  return { height: heightOf(near), top: median(near.map(({ y }) => y)), bottom: median(near.map(bottomOf)) };
}

function heightOf(boxes: readonly Box[]): number {
  return median(boxes.map(({ height }) => height));
}

/** Whether the picture's upper or lower edge cuts off all of these boxes. */
function isAtEdge(boxes: readonly Box[], { height }: Size): boolean {
  return (
    boxes.every(({ y }) => y <= ROW_EDGE_PIXELS) ||
    boxes.every((box) => bottomOf(box) >= height - ROW_EDGE_PIXELS)
  );
}

/** The part of a box that is in the picture. */
function inside(box: Box, { width, height }: Size): Box {
  const [left, top] = [Math.max(box.x, 0), Math.max(box.y, 0)];
  const right = Math.max(Math.min(rightOf(box), width), left);
  return boxOf(left, top, right - left, Math.max(Math.min(bottomOf(box), height), top) - top);
}
