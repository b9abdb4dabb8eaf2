/** The format of percentages everywhere on the page: with a space in English, without one in Chinese. */
import { language } from "../language";

/**
 * Add the per cent sign.
 *
 * @param figures the percentage as text, such as "91.2"
 */
export function inPercent(figures: string): string {
  return `${figures}${language.value === "zh" ? "" : "\u00a0"}%`;
}
