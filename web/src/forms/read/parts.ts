/** Photographs, and what was read of them, are divided into several requests, and put together again. */
import type { FormCell, FormTable } from "../../generated/shapes";
import type { Photograph } from "../photographs/photographs";

/** Return things in parts of at most so many, in their order. */
export function inParts<Thing>(all: readonly Thing[], most: number): Thing[][] {
  const count = Math.ceil(all.length / most);
  return Array.from({ length: count }, (_, part) => all.slice(part * most, (part + 1) * most));
}

type Picture = Pick<Photograph, "name" | "file">;

/** Tell photographs from those that are the same file as an earlier one. */
export async function apart<P extends Picture>(
  all: readonly P[],
): Promise<{ once: P[]; again: { copy: P; first: string }[] }> {
  const once: P[] = [];
  const again: { copy: P; first: string }[] = [];
  const bySize = new Map<number, P[]>();
  for (const photograph of all) {
    const alike = bySize.get(photograph.file.size) ?? [];
    const first = await sameAs(photograph, alike);
    if (first) again.push({ copy: photograph, first: first.name });
    else {
      once.push(photograph);
      bySize.set(photograph.file.size, [...alike, photograph]);
    }
  }
  return { once, again };
}

async function sameAs<P extends Picture>({ file }: P, alike: readonly P[]): Promise<P | null> {
  if (alike.length === 0) return null;
  const bytes = new Uint8Array(await file.arrayBuffer());
  for (const earlier of alike) {
    const earlierBytes = new Uint8Array(await earlier.file.arrayBuffer());
    if (bytes.every((byte, index) => byte === earlierBytes[index])) return earlier;
  }
  return null;
}

function keyOf(name: string, { source, box }: FormCell): string {
  return `${source}\n${name}\n${box.join()}`;
}

/** The table without the pictures of its cells and digits: the service needs none to add to it. */
export function withoutPictures(table: FormTable): FormTable {
  return changed(table, (_, { picture: _picture, digits: _digits, ...cell }) => cell);
}

/** The table with the pictures that its cells have in an earlier one. */
export function withPictures(table: FormTable, earlier: FormTable): FormTable {
  const before = new Map<string, FormCell>();
  for (const { cells } of earlier.rows)
    for (const [name, cell] of Object.entries(cells)) before.set(keyOf(name, cell), cell);
  return changed(table, (name, cell) => {
    const earlier = before.get(keyOf(name, cell));
    const [picture, digits] = [cell.picture ?? earlier?.picture, cell.digits ?? earlier?.digits];
    return { ...cell, ...(picture ? { picture } : {}), ...(digits ? { digits } : {}) };
  });
}

function changed(table: FormTable, change: (name: string, cell: FormCell) => FormCell): FormTable {
  const rows = table.rows.map((row) => {
    const cells = Object.entries(row.cells).map(([name, cell]) => [name, change(name, cell)] as const);
    return { ...row, cells: Object.fromEntries(cells) };
  });
  return { ...table, rows };
}
