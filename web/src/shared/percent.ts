/** The format of percentages everywhere on the page: with a space in English, without one in Chinese. */
import { language } from "../language";

const ROUNDING = 1e-9; // 0.29 is 28.999999999999996 hundredths

/** How probable something is, in whole percent, rounded down: 0 only for nothing, and never 100, for nothing is certain. */
export function percent(fraction: number): string {
  return inPercent(wholePercent(fraction));
}

/** The same without the sign. */
export function wholePercent(fraction: number): string {
  const hundredths = Math.min(Math.floor(100 * fraction + ROUNDING), 99);
  return hundredths < 1 && fraction > 0 ? "<1" : String(hundredths);
}

/**
 * Add the per cent sign.
 *
 * @param figures the percentage as text, such as "91.2"
 */
export function inPercent(figures: string): string {
  return `${figures}${language.value === "zh" ? "" : "\u00a0"}%`;
}
