/** Ten numbers as bars, one for each digit, perhaps one for anything else; negative ones hang below the line. */
import { fixed } from "../../learn/format";
import { say } from "../../sentences/say";
import "./bars.css";

interface Properties {
  /** Ten numbers; without them there are only the digits. */
  values: ArrayLike<number> | null;
  /** The probability of a non-digit, as an eleventh bar, "?"; null while unknown. */
  other?: number | null | undefined;
  /** The number that fills the height; by default the largest. */
  full?: number;
  /** Write a number with so many decimals when its bar is pointed at. */
  decimals?: number;
}

const NONE = 1e-9; // keeps the scale of ten zeros finite

export function Bars({ values, other, full = NONE, decimals }: Properties) {
  const numbers = Array.from({ length: 10 }, (_, digit) => values?.[digit] ?? 0);
  if (other !== undefined) numbers.push(other ?? 0);
  const [least, most] = [Math.min(...numbers, 0), Math.max(...numbers, full)];
  const percentage = (value: number) => `${(100 * value) / (most - least)}%`;
  const best = values ? numbers.indexOf(Math.max(...numbers)) : -1;
  return (
    <span class="inside-bars" style={{ "--bars": numbers.length }} aria-hidden="true">
      {numbers.map((value, digit) => (
        <span
          key={digit}
          class={digit === best ? "best" : ""}
          title={
            values && decimals !== undefined
              ? `${digit < 10 ? digit : "?"}${say("write.colon")}${fixed(value, decimals)}`
              : undefined
          }
        >
          <span class="inside-bar">
            <span
              class={value < 0 ? "against" : ""}
              style={{ bottom: percentage(Math.min(value, 0) - least), height: percentage(Math.abs(value)) }}
            />
          </span>
          <span class="numbers">{digit < 10 ? digit : "?"}</span>
        </span>
      ))}
    </span>
  );
}
