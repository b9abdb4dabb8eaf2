/** The cells of a table become the digits of a stack, and what corrected ones say about others becomes texts again. */

import { SIDE } from "../../generated/ink/normalize";
import type { FormTable } from "../../generated/shapes";
import { UNSEEN } from "../../here/protocol";
import type { Correction } from "../../reading/recognise/hand";
import { bytesOf } from "../../shared/files";
import { type Compared, keyOf, type Position, printedIn } from "../table/table";

/** A cell whose digits are known, and where they begin among those of the stack. */
export interface SeenCell extends Position {
  first: number;
  count: number;
}

/** The digits of a stack as the worker takes them. */
interface Digits {
  answers: Uint8Array;
  labels: Uint8Array;
  writers: Uint32Array;
}

/** Only the digits of a text, in order. */
function digitsOf(text: string): number[] {
  return [...text.matchAll(/\d/g)].map(([digit]) => Number(digit));
}

/**
 * Say of each digit what it was taken for, what a person said that it is, and who wrote it.
 *
 * @param texts what people wrote, by `keyOf`
 * @param byRow whether each row has a writer of its own, whom its printed cells name
 */
export function digitsBy(
  table: FormTable,
  cells: readonly SeenCell[],
  texts: ReadonlyMap<string, string>,
  byRow: boolean,
): Digits {
  const size = cells.reduce((sum, { count }) => sum + count, 0);
  const answers = new Uint8Array(size).fill(UNSEEN);
  const labels = new Uint8Array(size).fill(UNSEEN);
  const writers = new Uint32Array(size);
  const numbers = new Map<string, number>();
  for (const cell of cells) {
    const { first, count } = cell;
    const read = table.rows[cell.row]?.cells[cell.name];
    // what a person wrote before the table was saved stays that person's
    const written = texts.get(keyOf(cell)) ?? (read?.changes?.length ? read.text : undefined);
    const digits = digitsOf(written ?? read?.text ?? "");
    if (digits.length === count) (written === undefined ? answers : labels).set(digits, first);
    if (!byRow) continue;
    const writer = printedIn(table, cell.row) || `row ${cell.row}`;
    if (!numbers.has(writer)) numbers.set(writer, numbers.size);
    writers.fill(numbers.get(writer) ?? 0, first, first + count);
  }
  return { answers, labels, writers };
}

/** Whether a person wrote other digits than were read, in a cell whose digits are known. */
export function hasCorrected(
  table: FormTable,
  cells: readonly SeenCell[],
  texts: ReadonlyMap<string, string>,
): boolean {
  return cells.some((cell) => {
    const text = texts.get(keyOf(cell));
    if (text === undefined) return false;
    const [now, before] = [digitsOf(text), digitsOf(table.rows[cell.row]?.cells[cell.name]?.text ?? "")];
    return now.length === cell.count && String(now) !== String(before);
  });
}

/** Put what corrected digits say into the texts of cells, by `keyOf`. */
export function comparedBy(
  table: FormTable,
  cells: readonly SeenCell[],
  corrections: readonly (Correction | null)[],
): Map<string, Compared> {
  const compared = new Map<string, Compared>();
  for (const cell of cells) {
    const own = corrections.slice(cell.first, cell.first + cell.count);
    const read = table.rows[cell.row]?.cells[cell.name];
    if (!read || !own.some(Boolean)) continue;
    const [before, { row, name }] = [read.text, cell];
    const sure = replaced(before, own, (correction) => correction.logit > 0);
    if (sure !== before) compared.set(keyOf(cell), { row, name, text: sure, other: before });
    // what may as well be another digit is no surer than that
    else if (read.status === "ok")
      compared.set(keyOf(cell), { row, name, text: before, other: replaced(before, own, () => true) });
  }
  return compared;
}

function replaced(
  text: string,
  corrections: readonly (Correction | null)[],
  counts: (correction: Correction) => boolean,
): string {
  let index = 0;
  return text.replace(/\d/g, (digit) => {
    const correction = corrections[index++];
    return correction && counts(correction) ? String(correction.digit) : digit;
  });
}

/** Return 784 values of each digit, ink 255, one digit after another; what lies below the first row is left out. */
export async function digitsIn(base64: string): Promise<Uint8Array> {
  const picture = await createImageBitmap(new Blob([bytesOf(base64)], { type: "image/png" }));
  const count = Math.floor(picture.width / SIDE);
  const canvas = new OffscreenCanvas(count * SIDE, SIDE);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context || picture.height < SIDE || count === 0) return new Uint8Array();
  context.drawImage(picture, 0, 0);
  picture.close();
  const { data } = context.getImageData(0, 0, count * SIDE, SIDE);
  const images = new Uint8Array(count * SIDE ** 2);
  for (let digit = 0, at = 0; digit < count; digit++)
    for (let y = 0; y < SIDE; y++)
      for (let x = 0; x < SIDE; x++) images[at++] = data[4 * (y * count * SIDE + digit * SIDE + x)] as number;
  return images;
}
