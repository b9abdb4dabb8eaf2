/** The fields that a person draws on the blank form; the service moves each onto what is printed there, or says why it cannot. */
import { ApiError, isAbort } from "../../api";
import { MAX_BOXES } from "../../generated/limits";
import { said } from "../../sentences/say";
import { newId } from "../../shared/storage/database";
import {
  askTrace,
  changeField,
  currentField,
  type Drawn,
  type Edited,
  fields,
  setFields,
  traced,
} from "./form";
import type { Box } from "./rectangle";
import { kindOf, kindsOf, ofKind, plain, tomlOfDrawn } from "./toml";

const SETTLED = 400; // milliseconds without a change, after which the service is asked
const WIDE = 7; // millimetres of a box for a digit

let added = ""; // the id of the field that was added last, until it has the focus
const asking = new Map<string, AbortController>();

/** Add a field where somebody drew one, as the last; its boxes are as many as fit, until somebody says how many. */
export function addDrawn(box: Box): void {
  const all = fields.peek();
  const names = new Set(all.map(({ name }) => plain(name)));
  let suffix = all.length + 1;
  while (names.has(`f${suffix}`)) suffix += 1;
  const id = newId();
  added = id;
  const boxes = Math.min(Math.max(Math.round(box[2] / WIDE), 1), MAX_BOXES);
  const drawn: Drawn = { id, box, style: "", isChecked: false, trouble: null };
  const shape = { boxes, decimals: 0, style: "open", at: [box] } as const;
  setFields([...all, { name: `f${suffix}`, kind: "number", isLeftOut: false, drawn, ...shape, at: [box] }]);
  currentField.value = all.length;
  void check(id);
}

/** Whether a field was just added: once. */
export function isFresh(id: string): boolean {
  const isAdded = id === added;
  if (isAdded) added = "";
  return isAdded;
}

/** Change where a drawn field is, its boxes or its style; the number is from 0. */
export function changeDrawn(
  index: number,
  changed: Partial<Pick<Drawn, "box" | "style">>,
  boxes?: number,
): void {
  const field = fields.peek()[index];
  if (!field?.drawn) return;
  const drawn = { ...field.drawn, ...changed, isChecked: false, trouble: null };
  const count = boxes ?? field.boxes;
  const style = changed.style || field.style;
  changeField(index, { drawn, boxes: count, at: [drawn.box], ...fitting(field, { boxes: count, style }) });
  void check(drawn.id);
}

function removeDrawn(position: number): void {
  const id = fields.peek()[position]?.drawn?.id ?? "";
  asking.get(id)?.abort();
  currentField.value = null;
  setFields(fields.peek().filter((_, index) => index !== position));
}

/** Ask again for fields that the page was left with before there was a place for them, or in another language. */
export function checkAll(): void {
  for (const { drawn } of fields.peek())
    if (drawn && !drawn.isChecked) {
      settle(drawn.id, {}, { trouble: null });
      void check(drawn.id);
    }
}

async function check(id: string): Promise<void> {
  asking.get(id)?.abort();
  const mine = new AbortController();
  asking.set(id, mine);
  try {
    await new Promise((resolve) => setTimeout(resolve, SETTLED));
    const tracedForm = traced.peek();
    const field = fields.peek().find(({ drawn }) => drawn?.id === id);
    if (mine.signal.aborted || !tracedForm || !field?.drawn) return;
    const { file, page, form } = tracedForm;
    const asked = { file, page, paper: form.paper, fields: tomlOfDrawn(field, field.drawn) };
    const answer = await askTrace(asked, mine.signal);
    const [there] = answer.fields;
    if (there) settle(id, { style: there.style, at: there.at }, { isChecked: true, trouble: null });
  } catch (error) {
    if (error instanceof ApiError) settle(id, {}, { trouble: said(error.sentence) });
    else if (!isAbort(error)) throw error;
  } finally {
    if (asking.get(id) === mine) asking.delete(id);
  }
}

/** What changes about the kind of a field whose digits no longer fit it. */
function fitting(field: Edited, shape: Parameters<typeof kindsOf>[0]): Partial<Edited> {
  return kindsOf(shape).includes(kindOf(field)) ? {} : ofKind("number");
}

function settle(id: string, changed: Partial<Edited>, checked: Partial<Drawn>): void {
  const index = fields.peek().findIndex(({ drawn }) => drawn?.id === id);
  const field = fields.peek()[index];
  if (!field?.drawn) return;
  const kind = changed.style ? fitting(field, { boxes: field.boxes, style: changed.style }) : {};
  changeField(index, { ...changed, ...kind, drawn: { ...field.drawn, ...checked } });
}

/** Remove a drawn field; the focus goes where another can be added. */
export function removeField(index: number): void {
  removeDrawn(index);
  document.querySelector<HTMLElement>(".forms-blank [data-add]")?.focus({ preventScroll: true });
}

/** Put the focus on the name of a field. */
export function focusField(index: number): void {
  currentField.value = index;
  const field = nameOf(index);
  field?.focus({ preventScroll: true });
  field?.select();
  field?.closest("li")?.scrollIntoView({ block: "nearest" });
}

/** Scroll the list to a field, and nothing else: the picture stays where somebody drags on it. */
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
