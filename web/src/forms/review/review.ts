/** The review of a table: what people wrote, in order, so that each step can be undone; kept across reloads. */
import { batch, computed, signal } from "@preact/signals";
import type { FormCell, FormChange, FormTable } from "../../generated/shapes";
import { newId, OwnRecord } from "../../shared/storage/database";
import { type Culprit, culpritOf } from "../table/points";
import { doubtsOf, keyOf, type Position, tableIn } from "../table/table";
import { halfWidth } from "../table/texts";

interface Step extends Position {
  text: string;
  /** What the cell held before, and when it was changed, in UTC as ISO 8601. */
  before: string;
  at: string;
}

/**
 * Where a table is from: a file; photographs that were read in this page, with their keys by the names that the table
 * has for them; or the service, started to review it.
 */
export type Origin =
  | { kind: "file" }
  | { kind: "photographs"; keys: ReadonlyMap<string, string> }
  | { kind: "review"; id: string; photographs: readonly string[] };

/** A stored part: the table as JSON, or the steps. Those of another table don't count. */
interface Stored<T> {
  id: string;
  value: T;
}

type StoredTable = Stored<string> & { origin: Origin };

const FILE: Origin = { kind: "file" };

let id = ""; // of the table that is shown

/** Each open tab reviews its own. */
const record = new OwnRecord("forms", ["table", "steps"]);
/** How many tables are stored that no open tab has. */
export const otherTables = record.others;

export const table = signal<FormTable | null>(null);
export const origin = signal<Origin>(FILE);
export const current = signal<Position | null>(null);
/** What the field of the current cell holds, recorded or not. */
export const entry = signal("");
const steps = signal<readonly Step[]>([]);

/** The texts that people wrote, by `keyOf` of the cell. */
export const texts = computed(() => new Map(steps.value.map((step) => [keyOf(step), step.text])));
/** What people wrote, by `keyOf` of the cell, in order. */
export const changes = computed(() => {
  const made = new Map<string, FormChange[]>();
  for (const step of steps.value) {
    const { before, text: after, at } = step;
    const key = keyOf(step);
    made.set(key, [...(made.get(key) ?? []), { before, after, at }]);
  }
  return made;
});
const doubts = computed(() => (table.value ? doubtsOf(table.value) : []));
/** The doubtful cells that nobody has looked at, the most doubtful first. */
export const remaining = computed(() => doubts.value.filter((doubt) => !texts.value.has(keyOf(doubt))));
export const canUndo = computed(() => steps.value.length > 0);

/** Which cell is most likely to be wrong where a cell should add up with others, given what people wrote there. */
export function culpritIn({ row, name }: Position): Culprit | null {
  const formTable = table.value;
  if (!formTable) return null;
  const written = Object.keys(formTable.rows[row]?.cells ?? {}).flatMap((own) => {
    const text = texts.value.get(keyOf({ row, name: own }));
    return text === undefined ? [] : [[own, text] as const];
  });
  return culpritOf(formTable, row, new Map(written), name);
}

/** The names of columns in which signs or slashes occur, as in negative numbers, dates and identifiers. */
export const signed = computed(() => {
  const [columns, rows] = [table.value?.columns ?? [], table.value?.rows ?? []];
  const isSigned = (name: string) => rows.some(({ cells }) => /[-/]/.test(cells[name]?.text ?? ""));
  return new Set(
    columns.filter(({ kind, name }) => kind !== "number" || isSigned(name)).map((column) => column.name),
  );
});

export function cellAt({ row, name }: Position): FormCell | undefined {
  return table.value?.rows[row]?.cells[name];
}

export function textAt(position: Position): string {
  return texts.value.get(keyOf(position)) ?? cellAt(position)?.text ?? "";
}

/** Begin with a table; an earlier review is replaced. */
export function begin(table: FormTable, from: Origin = FILE): void {
  id = newId();
  show(table, [], from);
  const text: StoredTable = { id, value: JSON.stringify(table), origin: from };
  const left: Stored<readonly Step[]> = { id, value: [] };
  void record.putTogether({ table: text, steps: left });
}

/** Go on where the page was left. */
export async function resume(): Promise<void> {
  if (table.peek()) return;
  const [text, left] = await Promise.all([
    record.get<StoredTable>("table"),
    record.get<Stored<Step[]>>("steps"),
  ]);
  if (!text || table.peek()) return;
  const formTable = tableIn(text.value);
  id = text.id;
  show(formTable, left?.id === id ? left.value : [], text.origin);
}

/** Forget the table and what was written. */
export function close(): void {
  batch(() => {
    table.value = null;
    current.value = null;
    steps.value = [];
    origin.value = FILE;
  });
  void record.forget(["table", "steps"]);
}

function show(formTable: FormTable, left: readonly Step[], from: Origin): void {
  batch(() => {
    origin.value = from;
    table.value = formTable;
    steps.value = left;
    current.value = remaining.value[0] ?? firstOf(formTable);
  });
}

function firstOf(table: FormTable): Position | null {
  const name = table.columns.find((column) => !column.printed)?.name;
  return table.rows.length > 0 && name !== undefined ? { row: 0, name } : null;
}

/** Take a text for a cell, whether it was right or not, and go on to the next doubtful one. */
export function accept(position: Position, text: string): void {
  // those after this one in order of doubt come first, then those that were passed over
  const order = doubts.value.map(keyOf);
  const here = order.indexOf(keyOf(position));
  batch(() => {
    step(position, text);
    const left = remaining.value;
    const after = left.find((doubt) => order.indexOf(keyOf(doubt)) > here);
    current.value = after ?? left[0] ?? position;
  });
}

/** Take a text for a cell that is left without being confirmed, if it is another one. */
export function take(position: Position, text: string): void {
  if (halfWidth(text) !== textAt(position).trim()) step(position, text);
}

function step({ row, name }: Position, text: string): void {
  const before = textAt({ row, name }).trim();
  change([...steps.peek(), { row, name, text: halfWidth(text), before, at: new Date().toISOString() }]);
}

/** Take the last text back, and go there. */
export function undo(): void {
  const last = steps.peek().at(-1);
  if (!last) return;
  batch(() => {
    change(steps.peek().slice(0, -1));
    const here = current.peek();
    if (!here || keyOf(here) !== keyOf(last)) current.value = { row: last.row, name: last.name };
  });
}

function change(made: readonly Step[]): void {
  steps.value = made;
  const left: Stored<readonly Step[]> = { id, value: made };
  void record.put("steps", left);
}

/** Go to a neighbouring cell of the table, if there is one. */
export function move(down: number, right: number): void {
  const [formTable, position] = [table.peek(), current.peek()];
  if (!formTable || !position) return;
  const names = formTable.columns.filter((column) => !column.printed).map((column) => column.name);
  const row = position.row + down;
  const name = names[names.indexOf(position.name) + right];
  if (name !== undefined && formTable.rows[row]?.cells[name]) current.value = { row, name };
}
