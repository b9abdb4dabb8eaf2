/** The blank form that was traced last: what the service found, and what a person made of it; kept across reloads. */
import { batch, computed, signal } from "@preact/signals";
import { announce } from "../../announce";
import { ApiError, isAbort, request } from "../../api";
import { MAX_TEXT_LENGTH, MAX_TRACED } from "../../generated/limits";
import type { TracedForm } from "../../generated/shapes";
import { type Said, said, say } from "../../sentences/say";
import { bytesOf } from "../../shared/files";
import { forget, inStore, newId, putTogether } from "../../shared/storage/database";
import { MAX_BYTES, smaller } from "../photographs/photographs";
import { type Field, plain, splitOf, stemOf, tomlOf } from "./toml";

/** The service's answer about a picture. */
interface Traced {
  id: string;
  /** The picture, to trace it again as another page or paper. */
  file: File;
  page: number;
  form: TracedForm;
}

/** A field as a person left it. */
export interface Edited extends Field {
  isLeftOut: boolean;
  /** Whether each of its boxes is a field of its own. */
  isSplit: boolean;
}

interface Edits {
  /** Of the form that they are of: another tab may have put another one in its place. */
  id: string;
  title: string;
  fields: readonly Edited[];
  /** Whether a person changed anything. */
  isEdited: boolean;
}

const KEYS = { traced: "traced", edits: "traced edits" };

export const traced = signal<Traced | null>(null);
export const title = signal("");
export const fields = signal<readonly Edited[]>([]);
/** The index of the field that a person is at. */
export const currentField = signal<number | null>(null);
export const isEdited = signal(false);

const used = computed(() => {
  const left = fields.value.filter(({ isLeftOut }) => !isLeftOut);
  return left.flatMap((field): Field[] => (field.isSplit ? splitOf(field) : [field]));
});

type Fault = ["no_title" | "none"] | ["many" | "unnamed", number] | ["twice", string];

/** The first fault in the spec: the key of its sentence and the values; null if all is well. */
export const fault = computed<Fault | null>(() => {
  if (!plain(title.value)) return ["no_title"];
  if (used.value.length === 0) return ["none"];
  if (used.value.length > MAX_TRACED) return ["many", MAX_TRACED];
  const unnamed = fields.value.findIndex(({ name, isLeftOut }) => !isLeftOut && !plain(name));
  if (unnamed >= 0) return ["unnamed", unnamed + 1];
  const names = used.value.map(({ name }) => plain(name));
  const twice = names.find((name, index) => names.indexOf(name) < index);
  return twice === undefined ? null : ["twice", twice];
});

/** Say why no spec can be made of the form; "" if one can. */
export function faultSaid(): string {
  const wrong = fault.value;
  if (!wrong) return "";
  if (wrong.length === 1) return say(`forms.trace.${wrong[0]}`);
  if (wrong[0] === "twice") return say("forms.trace.twice", wrong[1]);
  return say(`forms.trace.${wrong[0]}`, wrong[1]);
}

/** Begin with a form; an earlier one is replaced. */
function beginForm(form: Omit<Traced, "id">): void {
  const tracedForm = { ...form, id: newId() };
  show(tracedForm, untouched(tracedForm));
  void putTogether("forms", { [KEYS.traced]: tracedForm, [KEYS.edits]: edits() });
}

function untouched({ id, file, form }: Traced): Edits {
  const stem = plain(file.name.replace(/\.[^.]*$/, "")).slice(0, MAX_TEXT_LENGTH);
  return {
    id,
    title: stem,
    fields: form.fields.map((field) => ({ ...field, isLeftOut: false, isSplit: false })),
    isEdited: false,
  };
}

/** Go on where the page was left. */
export async function loadForm(): Promise<void> {
  const [tracedForm, left] = await Promise.all([stored<Traced>(KEYS.traced), stored<Edits>(KEYS.edits)]);
  if (!tracedForm || traced.peek()) return;
  show(tracedForm, left?.id === tracedForm.id ? left : untouched(tracedForm));
}

function stored<T>(key: string): Promise<T | undefined | null> {
  return inStore("forms", "readonly", (store) => store.get(key) as IDBRequest<T | undefined>);
}

function show(tracedForm: Traced, left: Edits): void {
  batch(() => {
    traced.value = tracedForm;
    title.value = left.title;
    fields.value = left.fields;
    currentField.value = null;
    isEdited.value = left.isEdited;
  });
}

export function closeForm(): void {
  batch(() => {
    traced.value = null;
    fields.value = [];
    currentField.value = null;
  });
  void forget("forms", Object.values(KEYS));
}

export function setTitle(text: string): void {
  title.value = text;
  keep();
}

/** Change a field. */
export function changeField(position: number, changed: Partial<Edited>): void {
  fields.value = fields.peek().map((field, index) => (index === position ? { ...field, ...changed } : field));
  keep();
}

/** Put the focus on the name of a field. */
export function focusField(index: number): void {
  currentField.value = index;
  const field = nameOf(index);
  field?.focus({ preventScroll: true });
  field?.select();
  field?.closest("li")?.scrollIntoView({ block: "nearest" });
}

/** Scroll the list to a field, and nothing else. */
export function showInList(index: number): void {
  const row = nameOf(index)?.closest("li");
  const list = row?.parentElement;
  if (!row || !list) return;
  const [shown, bounds] = [list.getBoundingClientRect(), row.getBoundingClientRect()];
  list.scrollTop += Math.max(bounds.bottom - shown.bottom, 0) + Math.min(bounds.top - shown.top, 0);
}

function nameOf(index: number): HTMLInputElement | null {
  return document.querySelector(`.forms-fields [data-field="${index}"]`);
}

function keep(): void {
  isEdited.value = true;
  void inStore("forms", "readwrite", (store) => store.put(edits(), KEYS.edits), KEYS.edits);
}

function edits(): Edits {
  return {
    id: traced.peek()?.id ?? "",
    title: title.peek(),
    fields: fields.peek(),
    isEdited: isEdited.peek(),
  };
}

/** The spec and the blank form, as files; only without a `fault`. */
export function filesOf({ form }: Traced): { spec: File; blank: File } {
  const stem = stemOf(title.peek());
  const blank = new File([bytesOf(form.blank)], `${stem}.blank.png`, { type: "image/png" });
  const text = tomlOf({ ...form, title: title.peek() }, used.peek(), blank.name);
  return { spec: new File([text], `${stem}.toml`, { type: "application/toml" }), blank };
}

/** Whether a picture is being traced. */
export const isTracing = signal(false);
/** Why there is no form. */
export const trouble = signal<Said | null>(null);

let stopping: AbortController | null = null;

export function stopTracing(): void {
  stopping?.abort();
}

/** Trace a page of a picture; an earlier form stays until there is another one. */
export async function trace(file: File, paper: string, page = 1): Promise<void> {
  stopping?.abort();
  const mine = new AbortController();
  stopping = mine;
  trouble.value = null;
  isTracing.value = true;
  try {
    const form = await askTrace({ file, page, paper }, mine.signal);
    beginForm({ file, page, form });
    announce(say("forms.trace.found", form.fields.length));
  } catch (error) {
    if (error instanceof ApiError) trouble.value = said(error.sentence);
    else if (!isAbort(error)) throw error;
  } finally {
    if (stopping === mine) {
      stopping = null;
      isTracing.value = false;
    }
  }
}

const SIDE = 4_000; // pixels on the longer side of a picture that is larger than that

/** The service traces the picture of a blank form. */
interface Asked {
  file: File;
  page: number;
  paper: string;
}

/**
 * Trace a page of a picture.
 *
 * @throws ApiError where the service refuses or does not answer
 */
async function askTrace({ file, page, paper }: Asked, signal: AbortSignal): Promise<TracedForm> {
  const small = file.size > MAX_BYTES ? await smaller(file, SIDE) : null;
  const body = new FormData();
  body.append("picture", small?.file ?? file, file.name);
  const query = new URLSearchParams({ paper, page: String(page) });
  return request<TracedForm>(`v1/forms/trace?${query}`, { body, signal, onBusy: () => undefined });
}
