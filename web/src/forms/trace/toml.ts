/** A traced form, as a person left it, becomes the spec that `shuzi form trace` would write of it. */

import { BOX_RANGES, IBAN_LENGTHS } from "../../generated/limits";
import type { TracedField } from "../../generated/shapes";

/** A field with what a person may change of it; the country is that of an IBAN. */
export type Field = Pick<TracedField, "name" | "kind" | "boxes" | "decimals" | "style" | "at"> & {
  country?: string;
};

interface Paper {
  title: string;
  paper: string;
  landscape: boolean;
}

const LONGEST_STEM = 50; // characters: with four bytes each, and an ending, a file may have such a name

/**
 * @param blank the name of the blank form's file
 * @returns TOML, without the fields' rules
 */
export function tomlOf({ title, paper, landscape }: Paper, fields: readonly Field[], blank: string): string {
  const sheet = { title: plain(title), paper, blank, ...(landscape ? { landscape } : {}) };
  return [linesOf(sheet), ...fields.map((field) => `[[fields]]\n${linesOf(written(field))}`)].join("\n");
}

/** The spec's entry for a field: only a number has a point. */
function written({ name, decimals, style, at, ...shape }: Field): Record<string, unknown> {
  const { kind, ...kept } = shapeOf(shape);
  return {
    name: plain(name),
    ...(kind === "number" ? {} : { kind }),
    ...kept,
    style,
    ...(kind === "number" && decimals > 0 ? { decimals } : {}),
    at: at.length === 1 ? at[0] : at,
  };
}

/** What a field is; some kinds, such as dates and account numbers, always have as many boxes. */
function shapeOf({ kind, country, boxes }: Pick<Field, "kind" | "country" | "boxes">) {
  if (kind === "iban") return { kind, country };
  return isFixed(kind) ? { kind } : { kind, boxes };
}

function linesOf(values: Record<string, unknown>): string {
  // strings without control characters, numbers and lists of JSON are TOML's too
  const line = ([key, value]: [string, unknown]) => `${key} = ${JSON.stringify(value)}\n`;
  return Object.entries(values).map(line).join("");
}

/**
 * A title or a name as a spec may have it: a wide space, for instance, is none there.
 *
 * @example plain("姓\u3000名 ") is "姓 名"
 */
export function plain(text: string): string {
  return text
    .replace(/[\s\p{Z}]/gu, " ")
    .replace(/\p{C}/gu, "")
    .trim();
}

/** A name for files, from a title; browsers change one that is too long or begins with a point, and the spec names it. */
export function stemOf(title: string): string {
  const stem = plain(title)
    .replace(/[\\/:*?"<>|]+/g, "-")
    .replace(/^\.+/, "");
  return Array.from(stem).slice(0, LONGEST_STEM).join("").trim() || "form";
}

type Written = Exclude<Field["kind"], "tick">;

/** A kind as a list offers it: an account number with its country. */
export type Kind = Exclude<Written, "iban"> | `iban ${string}`;

/**
 * The kinds that a person may give a field; a spec has boxes to tick, too.
 *
 * @example kindsOf({ boxes: 4, style: "boxes" }) is ["number", "identifier", "time"]
 */
export function kindsOf({ boxes, style }: Pick<Field, "boxes" | "style">): Kind[] {
  const ranges = Object.entries(BOX_RANGES) as [keyof typeof BOX_RANGES, readonly [number, number]][];
  const holding = ranges.filter(
    ([, [least, most]]) => least <= boxes && (boxes <= most || (style === "open" && least === most)),
  );
  const countries = Object.entries(IBAN_LENGTHS).filter(
    ([country, length]) => length - country.length === boxes,
  );
  return [
    ...holding.map(([kind]) => kind),
    ...countries.map(([country]) => `iban ${country}` as const).sort(),
  ];
}

function isFixed(kind: Field["kind"]): boolean {
  const [least, most] = BOX_RANGES[kind as keyof typeof BOX_RANGES] ?? [1, 0];
  return least === most;
}

/** The kind of a field, as a list offers it. */
export function kindOf({ kind, country }: Pick<Field, "kind" | "country">): Kind {
  return (kind === "iban" ? `iban ${country}` : kind) as Kind;
}

/** What changes of a field that becomes of a kind. */
export function ofKind(chosen: Kind): { kind: Written; country: string } {
  const [kind, country = ""] = chosen.split(" ");
  return { kind: kind as Written, country };
}

/** The boxes of a field as fields of their own, named after the field and their place in it. */
export function splitOf({ name, boxes, style, at }: Field): Field[] {
  const [left = 0, top = 0, width = 0, height = 0] = at[0] ?? [];
  return Array.from({ length: boxes }, (_, index) => ({
    name: `${name}.${index + 1}`,
    kind: "number",
    boxes: 1,
    decimals: 0,
    style,
    at: [
      at.length > 1 && at[index] ? at[index] : [left + (index * width) / boxes, top, width / boxes, height],
    ],
  }));
}
