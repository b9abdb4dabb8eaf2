/** The table: only the rows that can be seen are drawn, so that thousands of cells stay fluid; on paper, all. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { FormTable } from "../../generated/shapes";
import { say } from "../../sentences/say";
import { isPrinting } from "../../shell/theme";
import { isDoubtful, keyOf, type Position } from "../table/table";
import { current, textAt, texts } from "./review";
import "./grid.css";

/** Pixels of a row, as in grid.css. */
const HIGH = 40;
const AROUND = 8;

export function Grid({ table }: { table: FormTable }) {
  const box = useRef<HTMLDivElement>(null);
  const top = useSignal(0);
  const position = current.value;
  const row = position?.row;
  useEffect(() => {
    const seen = box.current;
    if (!seen || row === undefined) return;
    const [from, to] = [row * HIGH, (row + 2) * HIGH]; // below the head, which stays
    if (from < seen.scrollTop) seen.scrollTop = from;
    else if (to > seen.scrollTop + seen.clientHeight) seen.scrollTop = to - seen.clientHeight;
  }, [row]);
  const high = box.current?.clientHeight ?? 800;
  const [from, to] = isPrinting.value ? [0, Number.POSITIVE_INFINITY] : [top.value, top.value + high];
  const first = Math.max(0, Math.floor(from / HIGH) - AROUND);
  const last = Math.min(table.rows.length, Math.ceil(to / HIGH) + AROUND);
  return (
    <div
      class="forms-grid"
      ref={box}
      onScroll={(event) => {
        top.value = event.currentTarget.scrollTop;
      }}
    >
      <table aria-rowcount={table.rows.length + 1}>
        <thead>
          <tr>
            <th scope="col">{say("forms.row")}</th>
            {table.columns.map((column) => (
              <th scope="col" key={column.name}>
                {column.label || column.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <Space rows={first} columns={table.columns.length} />
          {table.rows.slice(first, last).map((_, at) => (
            <Row key={first + at} table={table} index={first + at} position={position} />
          ))}
          <Space rows={table.rows.length - last} columns={table.columns.length} />
        </tbody>
      </table>
    </div>
  );
}

/** The height of rows that are not drawn. */
function Space({ rows, columns }: { rows: number; columns: number }) {
  return (
    <tr class="forms-space">
      <td colSpan={columns + 1} style={{ height: `${rows * HIGH}px` }} />
    </tr>
  );
}

function Row({ table, index, position }: { table: FormTable; index: number; position: Position | null }) {
  const cells = table.rows[index]?.cells ?? {};
  return (
    <tr aria-rowindex={index + 2}>
      <th scope="row">{index + 1}</th>
      {table.columns.map(({ name, printed }) => {
        const here = { row: index, name };
        const cell = cells[name];
        const state = !cell || printed ? "" : stateOf(here, isDoubtful(cell));
        const shown = position?.row === index && position.name === name;
        return (
          <td key={name} data-state={state} data-current={shown || undefined}>
            {cell && !printed ? (
              <button
                type="button"
                tabIndex={-1}
                aria-current={shown || undefined}
                onClick={() => {
                  current.value = here;
                }}
              >
                {textAt(here) || "\u00a0"}
              </button>
            ) : (
              cell?.text
            )}
          </td>
        );
      })}
    </tr>
  );
}

function stateOf(position: Position, doubtful: boolean): string {
  if (texts.value.has(keyOf(position))) return "checked";
  return doubtful ? "doubtful" : "";
}
