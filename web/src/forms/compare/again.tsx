/** After a correction, the rest of the stack is compared with it at once, in the page. */
import { effect, signal } from "@preact/signals";
import { announce } from "../../announce";
import { SIDE } from "../../generated/ink/normalize";
import type { FormTable } from "../../generated/shapes";
import { askHere } from "../../here/read";
import { say } from "../../sentences/say";
import { Check } from "../../shared/controls";
import { joined } from "../../shared/files";
import { isGrouped } from "../review/groups";
import { canUndo, compared, current, entry, remaining, table, textAt, texts } from "../review/review";
import { comparedBy, digitsBy, digitsIn, hasCorrected, type SeenCell } from "./stack";

/** Digits of a stack that are compared: each takes 4 kB while the table is open. */
const MAX_DIGITS = 20_000;

/** Whether each row has a writer of its own; null: if something is printed in it, such as a student. */
const byRow = signal<boolean | null>(null);

interface Seen {
  cells: readonly SeenCell[];
  images: Uint8Array;
}

let seen: { of: FormTable; digits: Promise<Seen> } | null = null;
let sentOf: FormTable | null = null;
let turn = 0;

/** Compare whenever something was written, until the returned function is called. */
export function compareAgain(): () => void {
  return effect(() => {
    const [formTable, written, rows] = [table.value, texts.value, isByRow()];
    const own = ++turn;
    if (seen?.of !== formTable) seen = null; // a table that was closed takes no memory
    if (!formTable || written.size === 0) {
      compared.value = new Map();
      return;
    }
    void compare(formTable, written, rows, () => own === turn);
  });
}

/** Whether only what the same student wrote is compared. */
function isByRow(): boolean {
  return byRow.value ?? hasWriters(table.value);
}

/** Whether something is printed in rows, which may have a writer each. */
function hasWriters(formTable: FormTable | null): boolean {
  return formTable?.columns.some(({ printed }) => printed) ?? false;
}

async function compare(
  formTable: FormTable,
  written: ReadonlyMap<string, string>,
  rows: boolean,
  isWanted: () => boolean,
): Promise<void> {
  if (seen?.of !== formTable) seen = { of: formTable, digits: look(formTable) };
  const position = current.peek();
  const { cells, images } = await seen.digits;
  if (!isWanted()) return;
  if (!hasCorrected(formTable, cells, written)) {
    compared.value = new Map();
    return;
  }
  const digits = digitsBy(formTable, cells, written, rows);
  const isSent = sentOf === formTable;
  sentOf = formTable;
  const corrections = await askHere(
    "compare",
    { images: isSent ? null : images, ...digits },
    "default",
  ).catch(() => {
    sentOf = null; // models that cannot be had now are asked for again
    return [];
  });
  if (!isWanted()) return;
  const [before, isDone] = [compared.peek(), remaining.peek().length === 0];
  // whoever went elsewhere meanwhile, or is typing, is left there
  const isFree = current.peek() === position && !(position && entry.peek() !== textAt(position));
  compared.value = comparedBy(formTable, cells, corrections);
  const [next] = remaining.peek();
  if (isDone && isFree && next && !isGrouped.peek()) current.value = next;
  const more = [...compared.peek().keys()].filter((key) => !before.has(key)).length;
  if (more > 0) announce(say("forms.compared", more));
}

/** Get the digits of all cells; those of a table without their images are not known. */
async function look(formTable: FormTable): Promise<Seen> {
  const cells: SeenCell[] = [];
  const parts: Uint8Array[] = [];
  let first = 0;
  for (const [row, { cells: named }] of formTable.rows.entries())
    for (const [name, { digits, status }] of Object.entries(named)) {
      if (!digits || status === "printed") continue;
      const images = await digitsIn(digits).catch(() => new Uint8Array());
      const count = images.length / SIDE ** 2;
      if (first + count > MAX_DIGITS) return { cells, images: joined(parts) };
      if (count > 0) cells.push({ row, name, first, count });
      parts.push(images);
      first += count;
    }
  return { cells, images: joined(parts) };
}

const SHOWN = 12;

/** Says what a correction changed elsewhere, and whose digits it is compared with. */
export function AgainNotice({ table }: { table: FormTable }) {
  const again = [...compared.value.values()];
  if (!canUndo.value) return null;
  return (
    <div class="forms-again" data-testid="again">
      {again.length > 0 && (
        <p>
          {say("forms.compared", again.length)}{" "}
          <span class="small quiet">
            {again
              .filter(({ text, other }) => text !== other)
              .slice(0, SHOWN)
              .map(({ row, name, other }) =>
                say("forms.compared.cell", row + 1, other, textAt({ row, name })),
              )
              .join(say("forms.compared.between"))}
          </span>
        </p>
      )}
      {hasWriters(table) && (
        <Check
          label={say("forms.compared.by_row")}
          isOn={isByRow()}
          onChange={(isOn) => {
            byRow.value = isOn;
          }}
        />
      )}
    </div>
  );
}
