/** One field of all rows, grouped by answer: among many 7s, the one that is none is seen at a glance. */
import { signal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { SIDE } from "../../generated/ink/normalize";
import type { FormTable } from "../../generated/shapes";
import { say } from "../../sentences/say";
import { isDoubtful, keyOf, type Position } from "../table/table";
import { compared, current, remaining, textAt, texts } from "./review";

/** Whether the table is shown in groups. */
export const isGrouped = signal(false);
/** The tile that gets the focus when its cell has been looked at, by `keyOf`; "" if none does. */
const leftAt = signal("");

const TILE = "[data-tile]";

/** Put the focus on the tile after that of a cell: to be called before the cell's text changes. */
export function goAfter(position: Position): void {
  const tiles = [...document.querySelectorAll<HTMLElement>(TILE)];
  const here = tiles.findIndex((tile) => tile.dataset.tile === keyOf(position));
  leftAt.value = (tiles[here + 1] ?? tiles[here - 1] ?? tiles[here])?.dataset.tile ?? "";
}

/** Put the focus back on the tile of a cell. */
export function goBack(position: Position): void {
  leftAt.value = keyOf(position);
}

export function Groups({ table }: { table: FormTable }) {
  const box = useRef<HTMLDivElement>(null);
  const columns = table.columns.filter(({ printed }) => !printed);
  const name = current.value?.name ?? columns[0]?.name ?? "";
  const groups = groupsOf(table, name);
  const wanted = leftAt.value;
  useEffect(() => {
    if (!wanted) return;
    focus(box.current, wanted);
    leftAt.value = "";
  }, [wanted]);
  const focused = useRef("");
  // a tile that comes into another group is another element
  useLayoutEffect(() => {
    if (focused.current && document.activeElement === document.body) focus(box.current, focused.current);
  });
  return (
    <div
      class="forms-groups stack"
      ref={box}
      onFocusIn={({ target }) => {
        focused.current = (target instanceof HTMLElement && target.dataset.tile) || "";
      }}
      onFocusOut={({ relatedTarget }) => {
        if (relatedTarget) focused.current = "";
      }}
    >
      <label>
        <span class="small quiet">{say("forms.group.field")}</span>
        <select
          class="field"
          value={name}
          onChange={(event) => {
            const row = table.rows.findIndex(({ cells }) => cells[event.currentTarget.value]);
            if (row >= 0) current.value = { row, name: event.currentTarget.value };
          }}
        >
          {columns.map((column) => (
            <option key={column.name} value={column.name}>
              {column.label || column.name}
            </option>
          ))}
        </select>
      </label>
      <p class="small quiet">{say("forms.group.keys")}</p>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: arrows go from tile to tile, which are buttons */}
      <div onKeyDown={walk}>
        {groups.map(([text, positions]) => (
          <section key={text} aria-label={say("forms.group", text, positions.length)}>
            <h3>{say("forms.group", text, positions.length)}</h3>
            <div class="forms-tiles">
              {positions.map((position) => (
                <Tile key={keyOf(position)} table={table} position={position} text={text} />
              ))}
            </div>
          </section>
        ))}
      </div>
    </div>
  );
}

function focus(box: HTMLElement | null, key: string): void {
  box?.querySelector<HTMLElement>(`[data-tile="${CSS.escape(key)}"]`)?.focus();
}

function Tile({ table, position, text }: { table: FormTable; position: Position; text: string }) {
  const cell = table.rows[position.row]?.cells[position.name];
  const key = keyOf(position);
  const isDoubt = (cell && isDoubtful(cell)) || compared.value.has(key);
  const state = texts.value.has(key) ? "checked" : isDoubt ? "doubtful" : "";
  const here = current.value;
  const shown = here !== null && keyOf(here) === key;
  return (
    <button
      type="button"
      class="forms-tile"
      data-tile={key}
      data-state={state}
      aria-current={shown || undefined}
      aria-label={say("forms.group.tile", text, position.row + 1)}
      onClick={() => {
        current.value = { ...position };
      }}
    >
      {cell?.digits ? (
        <DigitStrip digits={cell.digits} alt="" />
      ) : cell?.picture ? (
        <img src={`data:image/png;base64,${cell.picture}`} alt="" />
      ) : (
        text || "\u00a0"
      )}
    </button>
  );
}

/** The cells of a field by their texts: numbers by value, the others after them; doubtful ones last in each. */
function groupsOf(table: FormTable, name: string): [string, Position[]][] {
  const left = new Set(remaining.value.map(keyOf));
  const groups = new Map<string, Position[]>();
  table.rows.forEach(({ cells }, row) => {
    if (!cells[name]) return;
    const text = textAt({ row, name });
    groups.set(text, [...(groups.get(text) ?? []), { row, name }]);
  });
  for (const positions of groups.values())
    positions.sort((a, b) => Number(left.has(keyOf(a))) - Number(left.has(keyOf(b))) || a.row - b.row);
  return [...groups].sort(([a], [b]) => a.localeCompare(b, undefined, { numeric: true }));
}

/** Go from tile to tile by arrows: up and down to the nearest one of the next line. */
function walk(event: KeyboardEvent): void {
  const here = event.target instanceof HTMLElement ? event.target.closest<HTMLElement>(TILE) : null;
  if (!here) return;
  const tiles = [...document.querySelectorAll<HTMLElement>(TILE)];
  const index = tiles.indexOf(here);
  const aim =
    event.key === "ArrowRight"
      ? tiles[index + 1]
      : event.key === "ArrowLeft"
        ? tiles[index - 1]
        : event.key === "ArrowDown"
          ? nearest(here, tiles.slice(index + 1))
          : event.key === "ArrowUp"
            ? nearest(here, tiles.slice(0, index).reverse())
            : undefined;
  if (!aim) return;
  event.preventDefault();
  aim.focus();
}

function nearest(here: HTMLElement, following: readonly HTMLElement[]): HTMLElement | undefined {
  const from = here.getBoundingClientRect();
  const boxes = following.map((tile) => ({ tile, at: tile.getBoundingClientRect() }));
  const line = boxes.find(({ at }) => at.top !== from.top)?.at.top;
  return boxes
    .filter(({ at }) => at.top === line)
    .sort((a, b) => Math.abs(a.at.left - from.left) - Math.abs(b.at.left - from.left))[0]?.tile;
}

/** The digits of a cell as they were classified: the first row of their picture, black on white. */
export function DigitStrip({ digits, alt }: { digits: string; alt: string }) {
  return (
    <img
      class="forms-strip"
      src={`data:image/png;base64,${digits}`}
      alt={alt}
      onLoad={({ currentTarget }) => {
        currentTarget.style.aspectRatio = String(currentTarget.naturalWidth / SIDE);
      }}
    />
  );
}
