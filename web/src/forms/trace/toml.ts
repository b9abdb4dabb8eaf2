/** A traced form, as a person left it, becomes the spec that `shuzi form trace` would write of it. */
import type { TracedField } from "../../shapes";

/** A field with what a person may change of it. */
export type Field = Pick<TracedField, "name" | "kind" | "boxes" | "decimals" | "style" | "at">;

export interface Paper {
  title: string;
  paper: string;
  landscape: boolean;
}

/** The digits of a date, which are year, month and day. */
export const DATE_BOXES = 8;

/**
 * @param blank the name of the blank form's file
 * @returns TOML, without the fields' rules
 */
export function tomlOf({ title, paper, landscape }: Paper, fields: readonly Field[], blank: string): string {
  const sheet = { title: title.trim(), paper, blank, ...(landscape ? { landscape } : {}) };
  return [linesOf(sheet), ...fields.map((each) => `[[fields]]\n${linesOf(written(each))}`)].join("\n");
}

/** What the spec says of a field: a date has its boxes by its kind, and only a number has a point. */
function written({ name, kind, boxes, decimals, style, at }: Field): Record<string, unknown> {
  return {
    name: name.trim(),
    ...(kind === "number" ? {} : { kind }),
    ...(kind === "date" ? {} : { boxes }),
    style,
    ...(kind === "number" && decimals > 0 ? { decimals } : {}),
    at: at.length === 1 ? at[0] : at,
  };
}

function linesOf(values: Record<string, unknown>): string {
  // strings, numbers and lists of JSON are TOML's too, but for one control character
  const line = ([key, value]: [string, unknown]) =>
    `${key} = ${JSON.stringify(value).replaceAll("\u007f", "\\u007f")}\n`;
  return Object.entries(values).map(line).join("");
}

/** A name for files, from a title. */
export function stemOf(title: string): string {
  return title.replace(/[\\/:*?"<>|\p{Cc}]+/gu, "-").trim() || "form";
}
