/** A confusion matrix: a row for each label, a column for each answer. */
import type { ComponentChildren, TdHTMLAttributes } from "preact";
import { say } from "../sentences/say";
import "./steps/mistakes.css";

export interface ShadedCell {
  label: number;
  digit: number;
  count: number;
  /** How dark it is: 0 for correct answers, 1 for the most frequent mistake. */
  shade: number;
}

interface Properties {
  /** For each label ten counts. */
  table: readonly (readonly number[])[];
  caption: ComponentChildren;
  /** The attributes and the content of a cell. */
  cell: (cell: ShadedCell) => TdHTMLAttributes<HTMLTableCellElement>;
}

export function ConfusionTable({ table, caption, cell }: Properties) {
  const most = Math.max(1, ...table.flatMap((row, label) => row.filter((_, digit) => digit !== label)));
  const shadeOf = (label: number, digit: number, count: number) =>
    label === digit ? 0 : Math.sqrt(count / most);
  return (
    <div class="confusion-frame">
      <table class="confusion numbers">
        <caption>{caption}</caption>
        <thead>
          <tr>
            <th scope="col">
              <span>{say("learn.mistakes.corner")}</span>
            </th>
            {table.map((_, digit) => (
              <th key={digit} scope="col">
                {digit}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.map((row, label) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              {row.map((count, digit) => (
                <td key={digit} {...cell({ label, digit, count, shade: shadeOf(label, digit, count) })} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
