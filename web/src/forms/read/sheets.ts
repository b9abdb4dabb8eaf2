/** Which sheets the photographs show: ruled tables, those of a ready spec, of one's own, or of a form traced here. */

import { specs } from "virtual:specs";
import { signal } from "@preact/signals";
import { parameter } from "../../address";
import { ApiError } from "../../api";
import { language } from "../../language";
import { say } from "../../sentences/say";
import type { RequestField } from "../photographs/request-field";
import { faultSaid, filesOf, traced } from "../trace/form";

/** Without a spec, with one's own, and with the form that was traced. The others are the names of ready specs. */
export const TABLE = "table";
export const OWN = "own";
export const TRACE = "trace";

/** In the address; "" until somebody chooses. */
export const sheets = parameter<string>("sheets", "", (text) =>
  [TABLE, OWN, TRACE].includes(text) || specs.some(({ name }) => name === text) ? text : null,
);

/** The ready specs, those for sheets in the page's language first. */
export function readySpecs(): typeof specs {
  const mine = `.${language.value}`;
  return specs.toSorted((a, b) => Number(b.name.endsWith(mine)) - Number(a.name.endsWith(mine)));
}

/** The files of one's own spec. */
export const ownFiles = signal<Partial<Record<RequestField, File>>>({});

export function setOwnFile(field: RequestField, file: File | undefined): void {
  const { [field]: _, ...rest } = ownFiles.peek();
  ownFiles.value = file ? { ...rest, [field]: file } : rest;
}

/** How many rows and columns each ruled table has; 0 if that is not known. */
export const shape = signal({ rows: 0, columns: 0 });

export interface Asked {
  query: string;
  files: [RequestField, Blob, string][];
}

/** Collect the service's settings for the sheets; throws an ApiError that says what is missing. */
export function askedSheets(): Asked {
  const chosen = sheets.value;
  if (chosen === TABLE) {
    const { rows, columns } = shape.value;
    return { query: `?table=true&rows=${rows}&columns=${columns}`, files: [] };
  }
  const ready = specs.find(({ name }) => name === chosen);
  if (ready) return { query: "", files: [["spec", new Blob([ready.text]), `${ready.name}.toml`]] };
  if (chosen === TRACE) return { query: "", files: filesOfTraced() };
  const own = ownFiles.value;
  if (chosen !== OWN || !own.spec) throw new ApiError(0, "", say("forms.read.no_sheets"));
  const files = Object.entries(own).map(([field, file]): [RequestField, Blob, string] => [
    field as RequestField,
    file,
    file.name,
  ]);
  return { query: "", files };
}

function filesOfTraced(): Asked["files"] {
  const tracedForm = traced.peek();
  if (!tracedForm) throw new ApiError(0, "", say("forms.read.no_blank"));
  if (faultSaid()) throw new ApiError(0, "", faultSaid());
  const { spec, blank } = filesOf(tracedForm);
  return [
    ["spec", spec, spec.name],
    ["blank", blank, blank.name],
  ];
}
