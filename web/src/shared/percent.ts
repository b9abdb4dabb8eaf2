/** How a share is written in per cent, everywhere on the page: with a space in English, without one in Chinese. */
import { language } from "../language";

/**
 * Put the sign to the figures.
 *
 * @param figures of the hundredfold share, such as "91.2"
 */
export function inPercent(figures: string): string {
  return `${figures}${language.value === "zh" ? "" : "\u00a0"}%`;
}
