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
