/** Numbers as people read them: a real minus sign, powers of ten raised, thousands separated. */
import { inPercent } from "../shared/percent";

const MINUS = "\u2212";
const ROUNDING = 1e-9; // rounding error of a sum that should be 1
const RAISED = ["⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"];

/** A number with a fixed number of decimals. */
export function fixed(value: number, decimals: number): string {
  const text = Math.abs(value).toFixed(decimals);
  return value < 0 && Number(text) !== 0 ? MINUS + text : text;
}

/** A number of any size to a few figures: 0.0498, 22.2, 22,026, then 4.85×10⁸. */
export function brief(value: number, figures = 3): string {
  const size = Math.abs(value);
  const sign = value < 0 ? MINUS : "";
  if (!Number.isFinite(size)) return `${sign}∞`;
  if (size === 0) return "0";
  if (size < 0.001 || size >= 1e6) {
    const [front = "", power = ""] = size.toExponential(figures - 1).split("e");
    return `${sign}${front}×10${raised(Number(power))}`;
  }
  if (size >= 1000) return sign + whole(Math.round(size));
  return sign + Number(size.toPrecision(figures)).toString();
}

function raised(power: number): string {
  const digits = [...String(Math.abs(power))].map((digit) => RAISED[Number(digit)]).join("");
  return power < 0 ? `⁻${digits}` : digits;
}

const WHOLE = new Intl.NumberFormat("en"); // seventy times as fast as toLocaleString

/** A whole number with its thousands separated: 55,000. */
export function whole(value: number): string {
  return WHOLE.format(value).replace("-", MINUS);
}

/** A size in bytes: 33,277 is 33 kB, as on the command line. */
export function bytes(size: number): string {
  return size >= 1e6 ? `${(size / 1e6).toFixed(1)} MB` : `${(size / 1e3).toFixed(0)} kB`;
}

/** A fraction in per cent, with a fixed number of decimals; only all of it is 100 %. */
export function percent(fraction: number, decimals = 1): string {
  const text = fixed(fraction * 100, decimals);
  const isRounded = fraction < 1 - ROUNDING && Number(text) >= 100;
  return inPercent(isRounded ? fixed(100 - 10 ** -decimals, decimals) : text);
}
