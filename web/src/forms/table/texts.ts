/** The options of a field with boxes to tick: which are ticked, and which somebody means. */
import type { FormColumn } from "../../generated/shapes";
import { BETWEEN } from "../../generated/tables";

/** The options that a cell's text names. */
export function tickedIn(text: string): string[] {
  return text === "" ? [] : text.split(BETWEEN);
}

/** The text of any-of-n with an option ticked, or no longer ticked; in the order of the sheet. */
export function toggled(text: string, option: string, options: readonly string[]): string {
  const ticked = tickedIn(text);
  return options.filter((name) => ticked.includes(name) !== (name === option)).join(BETWEEN);
}

/** What somebody typed, each part completed to the only option that begins with it, in capitals or not. */
export function completed(typed: string, { options = [] }: Pick<FormColumn, "options">): string {
  const parts = typed
    .split(BETWEEN.trim())
    .map((part) => part.trim())
    .filter(Boolean);
  return parts.map((part) => optionLike(part, options) ?? part).join(BETWEEN);
}

function optionLike(part: string, options: readonly string[]): string | undefined {
  const small = part.toLowerCase();
  const same = options.filter((name) => name.toLowerCase() === small);
  const like = same.length > 0 ? same : options.filter((name) => name.toLowerCase().startsWith(small));
  return like.length === 1 ? like[0] : options.find((name) => name === part);
}

const MOST = 3;
const PART = 3; // of so many characters, one may be wrong

/** The values that begin as what was typed, then those that nearly do; none if it is on the list, or nothing is typed. */
export function suggested(typed: string, values: readonly string[], most = MOST): string[] {
  if (typed === "" || values.includes(typed)) return [];
  const wrong = Math.max(1, Math.floor(typed.length / PART));
  return values
    .map((value) => ({ value, off: distanceToBeginning(typed, value) }))
    .filter(({ off }) => off <= wrong && off < typed.length)
    .sort((a, b) => a.off - b.off || lengthOff(a.value, typed) - lengthOff(b.value, typed))
    .slice(0, most)
    .map(({ value }) => value);
}

function lengthOff(value: string, typed: string): number {
  return Math.abs(value.length - typed.length);
}

/** How many characters to insert, delete or replace to make what was typed a beginning of a value (Wagner and Fischer). */
function distanceToBeginning(typed: string, value: string): number {
  if (value.startsWith(typed)) return 0;
  let row = Array.from({ length: value.length + 1 }, (_, index) => index);
  for (const [position, letter] of [...typed].entries()) {
    const following = [position + 1];
    for (let index = 0; index < value.length; index++) {
      const replaced = (row[index] ?? 0) + Number(value[index] !== letter);
      following.push(Math.min(replaced, (row[index + 1] ?? 0) + 1, (following[index] ?? 0) + 1));
    }
    row = following;
  }
  return Math.min(...row);
}

/** What somebody typed, with half-width digits and marks if it is a number; Chinese input methods type wide ones. */
export function halfWidth(typed: string): string {
  const text = typed.trim();
  return /^[\d\s.,:/-]+$/.test(text.normalize("NFKC")) ? text.normalize("NFKC") : text;
}
