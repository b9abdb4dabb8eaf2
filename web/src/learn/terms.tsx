/** The numbers in a window, each times its weight, as a table. */
import { fixed } from "./format";
import "./parts.css";

interface Properties {
  caption: string;
  /** Of a square, row by row. */
  window: readonly number[];
  kernel: ArrayLike<number>;
}

export function Terms({ caption, window, kernel }: Properties) {
  const side = Math.sqrt(window.length);
  return (
    <table class="terms numbers">
      <caption class="small quiet">{caption}</caption>
      <tbody>
        {Array.from({ length: side }, (_, row) => (
          <tr key={row}>
            {window.slice(row * side, (row + 1) * side).map((value, column) => (
              <td key={column}>{`${fixed(value, 2)} × ${short(kernel[row * side + column] ?? 0)}`}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function short(weight: number): string {
  return fixed(weight, Number.isInteger(weight) ? 0 : 2);
}
