/** Which sheets the photographs show: ruled tables, those of a ready spec, or those of a spec that one has. */

import { specs } from "virtual:specs";
import { signal } from "@preact/signals";
import { parameter } from "../../address";
import { language } from "../../language";

/** Without a spec, and with one's own. The others are the names of ready ones. */
export const TABLE = "table";
export const OWN = "own";

/** In the address; "" until somebody chooses. */
export const sheets = parameter<string>("sheets", "", (text) =>
  text === TABLE || text === OWN || specs.some(({ name }) => name === text) ? text : null,
);

/** The ready specs, those for sheets in the page's language first. */
export function readySpecs(): typeof specs {
  const mine = `.${language.value}`;
  return specs.toSorted((one, other) => Number(other.name.endsWith(mine)) - Number(one.name.endsWith(mine)));
}

export type Field = "spec" | "roster" | "blank";

/** The files of one's own spec. */
export const ownFiles = signal<Partial<Record<Field, File>>>({});

export function setOwnFile(field: Field, file: File | undefined): void {
  const { [field]: _, ...rest } = ownFiles.peek();
  ownFiles.value = file ? { ...rest, [field]: file } : rest;
}

/** The field of a request in which a file belongs, by its name; null for a photograph. */
export function fieldOf({ name }: File): Field | null {
  const small = name.toLowerCase();
  if (small.endsWith(".toml")) return "spec";
  if (small.endsWith(".csv")) return "roster";
  return small.endsWith(".blank.png") ? "blank" : null; // as shuzi form trace calls it
}

/** What the service needs to know of the sheets; null if something is missing. */
export function askedSheets(): { query: string; files: [Field, Blob, string][] } | null {
  const chosen = sheets.value;
  if (chosen === TABLE) return { query: "?table=true", files: [] };
  const ready = specs.find(({ name }) => name === chosen);
  if (ready) return { query: "", files: [["spec", new Blob([ready.text]), `${ready.name}.toml`]] };
  const own = ownFiles.value;
  if (chosen !== OWN || !own.spec) return null;
  const files = Object.entries(own).map(([field, file]): [Field, Blob, string] => [
    field as Field,
    file,
    file.name,
  ]);
  return { query: "", files };
}
