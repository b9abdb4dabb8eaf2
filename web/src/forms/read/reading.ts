/** The service reads the photographs into a table; whatever goes wrong, photographs and choices stay. */

import { specs } from "virtual:specs";
import { signal } from "@preact/signals";
import { parameter } from "../../address";
import { announce } from "../../announce";
import { ApiError, isAbort, request } from "../../api";
import { LIMITS_PICTURES } from "../../generated/limits";
import type { FormProblem, FormTable } from "../../generated/shapes";
import { type Language, language } from "../../language";
import { type Said, said, say } from "../../sentences/say";
import {
  addPhotographs,
  MAX_BYTES,
  type Photograph,
  photographs,
  type RequestField,
  requestFieldOf,
  smaller,
} from "../photographs/photographs";
import { begin, type Origin } from "../review/review";
import { tableIn } from "../table/table";
import { faultSaid, filesOf, traced } from "../trace/form";
import { apart, inParts, withoutPictures, withPictures } from "./parts";

/** Pixels on the longer side, where photographs are sent smaller: more than the 2,000 that shuzi is measured with. */
const SIDE = 2_800;

/** When the reading that is under way began, in milliseconds since 1970; null if none is. */
export const since = signal<number | null>(null);
/** How many photographs it is of. */
export const sent = signal(0);
/** How many of them have been read. */
export const done = signal(0);
/** Seconds after which a busy service is asked again. */
export const busy = signal<number | null>(null);
/** Why there is no table. */
export const trouble = signal<Said | null>(null);
/** Why each photograph could not be read, if none could. */
export const problems = signal<readonly FormProblem[]>([]);

/** The gaps in the table that was read, if any. */
export const lack = signal<Said | null>(null);

let stopping: AbortController | null = null;

let keepsRead = false;

/** Stop; what has been read by then becomes a table only if a person wants no more than that. */
export function stop(isEnough = false): void {
  keepsRead = isEnough;
  stopping?.abort();
}

export async function read(): Promise<void> {
  if (stopping) return;
  trouble.value = null;
  problems.value = [];
  lack.value = null;
  stopping = new AbortController();
  since.value = Date.now();
  try {
    const chosen = photographs.peek(); // others may be added while these are read
    sent.value = chosen.length;
    done.value = 0;
    const { formTable, unread } = await table(chosen, stopping.signal);
    if (formTable.rows.length > 0) {
      // those that were not read are not the table's: they stay when it is closed
      begin(formTable, takenFrom(chosen.filter((photograph) => !unread.includes(photograph))));
      announce(say("forms.read.done", formTable.rows.length));
    } else {
      trouble.value = said(say("forms.read.nothing"));
      problems.value = formTable.problems;
    }
  } catch (error) {
    if (isAbort(error)) announce(say("forms.read.stopped"));
    else if (error instanceof ApiError) trouble.value = said(error.sentence);
    else throw error;
  } finally {
    stopping = null;
    since.value = null;
    busy.value = null;
  }
}

/** Have photographs read, in as many requests as they need: each adds to the table of those before. */
async function table(
  chosen: readonly Photograph[],
  signal: AbortSignal,
): Promise<{ formTable: FormTable; unread: readonly Photograph[] }> {
  if (chosen.length === 0) throw new ApiError(0, "", say("forms.read.no_photographs"));
  const asked = askedSheets();
  const asks: Asks = { ...asked, signal };
  const { once, again } = await apart(chosen);
  sent.value = once.length;
  const left = inParts(once, LIMITS_PICTURES);
  let table: FormTable | null = null;
  let unread: readonly Photograph[] = [];
  for (let part = left.shift(); part; part = left.shift()) {
    try {
      const added: FormTable | null = await readPart(part, asks, table);
      if (added) {
        table = added;
        done.value += part.length;
      } else left.unshift(...inParts(part, Math.ceil(part.length / 2)));
    } catch (error) {
      const why = whyPartly(error);
      if (!why || !table || table.rows.length === 0) throw error;
      const partly = say("forms.read.partly", done.peek(), once.length, why);
      lack.value = said(partly);
      unread = [...part, ...left.flat()];
      break;
    }
  }
  if (!table) throw new ApiError(0, "", say("forms.read.no_photographs"));
  const missing = new Set(unread.map(({ name }) => name));
  unread = [...unread, ...again.filter(({ first }) => missing.has(first)).map(({ copy }) => copy)];
  const problems = [
    ...table.problems,
    // the table says so after a reload, and where it is saved
    ...unread.map(({ name }) => ({ source: name, message: say("forms.read.unread", name) })),
    ...again
      .filter(({ first }) => !missing.has(first))
      .map(({ copy: { name }, first }) => ({ source: name, message: say("forms.read.same", name, first) })),
  ];
  return { formTable: { ...table, problems }, unread };
}

/** Say why a table lacks the photographs that follow; "" if there should be none. */
function whyPartly(error: unknown): string {
  if (isAbort(error)) return keepsRead ? say("forms.read.enough") : "";
  return error instanceof ApiError ? error.sentence : "";
}

interface Asks extends Asked {
  signal: AbortSignal;
}

/** Read photographs in one request; null if they are too many for one, or too large. */
async function readPart(
  part: readonly Photograph[],
  asks: Asks,
  before: FormTable | null,
): Promise<FormTable | null> {
  const { query, files, signal } = asks;
  const earlier = before && new Blob([JSON.stringify(withoutPictures(before))]);
  const others = [...files.map(([, file]) => file.size), earlier?.size ?? 0];
  const isAlone = part.length === 1;
  const sent = await fitting(part, MAX_BYTES - others.reduce((sum, size) => sum + size));
  if (!sent && isAlone) throw new ApiError(0, "", say("forms.read.large"));
  if (!sent) return null;
  const form = new FormData();
  for (const { name, file } of sent) form.append("picture", file, name);
  for (const [field, file, name] of files) form.append(field, file, name);
  if (earlier) form.append("before", earlier, "before.json");
  signal.throwIfAborted();
  const onBusy = (seconds: number) => {
    busy.value = seconds;
    setTimeout(() => {
      busy.value = null;
    }, seconds * 1_000);
  };
  try {
    const table = await request<FormTable>(`v1/forms${query}`, { body: form, signal, onBusy });
    const factors = new Map(sent.map(({ name, factor }) => [name, factor]));
    return enlarged(before ? withPictures(table, before) : table, factors);
  } catch (error) {
    // a document may have many pages
    const isTooMany =
      error instanceof ApiError && ["error.service.pictures", "error.service.pages"].includes(error.key);
    if (isTooMany && !isAlone) return null;
    throw error;
  }
}

type Sent = Omit<Photograph, "key"> & { factor: number };

/** The photographs, some smaller where all would be more than `most` bytes; null if they still are. */
async function fitting(chosen: readonly Photograph[], most: number): Promise<Sent[] | null> {
  const sent: Sent[] = chosen.map(({ name, file }) => ({ name, file, factor: 1 }));
  const room = () => most - sent.reduce((sum, { file }) => sum + file.size, 0);
  for (const photograph of sent.toSorted((a, b) => b.file.size - a.file.size)) {
    if (room() >= 0) break;
    const picture = await smaller(photograph.file, SIDE);
    if (picture && picture.file.size < photograph.file.size) Object.assign(photograph, picture);
  }
  return room() < 0 ? null : sent;
}

/** Boxes are told in the pixels of the photographs, whatever was sent. */
function enlarged(table: FormTable, factors: ReadonlyMap<string, number>): FormTable {
  for (const { cells } of table.rows)
    for (const cell of Object.values(cells)) {
      const factor = factors.get(cell.source) ?? 1;
      const [x, y, width, height] = cell.box.map((coordinate) => Math.round(coordinate * factor));
      if (factor !== 1) cell.box = [x ?? 0, y ?? 0, width ?? 0, height ?? 0];
    }
  return table;
}

/** Files that were chosen or dropped go where they belong: photographs, or a spec and what it names. */
export function take(files: readonly File[]): void {
  const pictures: File[] = [];
  for (const file of files) {
    const field = requestFieldOf(file);
    if (!field) pictures.push(file);
    else {
      setOwnFile(field, file);
      sheets.set(OWN);
    }
  }
  addPhotographs(pictures);
}

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

interface Asked {
  query: string;
  files: [RequestField, Blob, string][];
}

/** Collect the service's settings for the sheets; throws an ApiError that says what is missing. */
function askedSheets(): Asked {
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

let spec: File | null = null;

/** Whether it can be read without taking the place of what a person chose. */
export function isSampleOffered(): boolean {
  const own = ownFiles.value.spec;
  return photographs.value.length === 0 && (!own || own === spec);
}

/** The address of its photograph. */
export function pictureOf(spoken: Language): string {
  return `samples/scores.${spoken}.webp`;
}

/** Put the sample where one's own photograph and spec would be, and have it read. */
export async function readSample(): Promise<void> {
  const name = `scores.${language.peek()}`;
  try {
    const [text, photograph] = await Promise.all([fileAt(`${name}.toml`), fileAt(`${name}.webp`)]);
    if (!isSampleOffered()) return; // a photograph was chosen meanwhile
    spec = text;
    ownFiles.value = { spec };
    sheets.set(OWN);
    addPhotographs([photograph]);
    await read();
    const told = trouble.peek();
    if (!told) return;
    begin(tableIn(await (await fileAt(`${name}.json`)).text()), takenFrom(photographs.peek()));
    lack.value = said(`${told.text} ${say("forms.sample.earlier")}`);
    trouble.value = null;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    trouble.value = said(error.sentence);
  }
}

/** The photographs of a table; the table names them. */
function takenFrom(all: readonly Photograph[]): Origin {
  return { kind: "photographs", keys: new Map(all.map(({ name, key }) => [name, key])) };
}

async function fileAt(name: string): Promise<File> {
  const response = await fetch(`samples/${name}`).catch(() => null);
  if (!response?.ok) throw new ApiError(0, "", say("paper.missing"));
  return new File([await response.blob()], name);
}
