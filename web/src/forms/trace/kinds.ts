/** What a traced field may be: the kinds of numbers that its boxes have room for. */
import { DATE_BOXES, IBAN_LENGTHS, MAX_DIGITS, MIN_DIGITS, TIME_BOXES } from "../../generated/limits";
import type { Field } from "./toml";

type Written = Exclude<Field["kind"], "tick">;

/** A kind as a list offers it: an account number with its country. */
export type Kind = Exclude<Written, "iban"> | `iban ${string}`;

/**
 * The kinds that a person may give a field; a spec has boxes to tick, too.
 *
 * @example kindsOf({ boxes: 4, style: "boxes" }) is ["number", "identifier", "time"]
 */
export function kindsOf({ boxes, style }: Pick<Field, "boxes" | "style">): Kind[] {
  const holds = (count: number) => boxes === count || (style === "open" && boxes > count);
  const isWithin = (kind: "phone" | "card") => MIN_DIGITS[kind] <= boxes && boxes <= MAX_DIGITS[kind];
  const countries = Object.entries(IBAN_LENGTHS).filter(
    ([country, length]) => length - country.length === boxes,
  );
  return [
    "number",
    "identifier",
    ...(holds(DATE_BOXES) ? (["date"] as const) : []),
    ...(holds(TIME_BOXES) ? (["time"] as const) : []),
    ...(["phone", "card"] as const).filter(isWithin),
    ...countries.map(([country]) => `iban ${country}` as const).sort(),
  ];
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
