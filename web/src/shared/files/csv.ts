/** A table becomes CSV (RFC 4180) in which spreadsheets and terminals take no text for an order; see `shuzi.forms.output.as_csv`. */
import { OBEYED } from "../../generated/messages";
import { FORMULA } from "../../generated/tables";

const ESCAPES: Record<string, string> = { "\t": "\\t", "\n": "\\n", "\r": "\\r" };

/** Every cell in quotes: some spreadsheets take ; for the end of a cell too. */
export function csvOf(rows: readonly (readonly string[])[]): string {
  return rows.map((row) => `${row.map((text) => `"${text.replaceAll('"', '""')}"`).join(",")}\r\n`).join("");
}

/** Keep a text from being taken for a formula, and escape characters that a terminal would act on. */
export function neutral(text: string): string {
  const visible = text.replace(new RegExp(OBEYED, "g"), escaped);
  const isNumber = /^-?\d+([.,]\d+)*$/.test(visible);
  const isFormula = FORMULA.some((sign) => visible.trimStart().startsWith(sign));
  return isFormula && !isNumber ? `'${visible}` : visible;
}

/** In Python's notation. */
function escaped(character: string): string {
  const code = character.charCodeAt(0);
  const hexadecimal = code.toString(16);
  return (
    ESCAPES[character] ??
    (code < 256 ? `\\x${hexadecimal.padStart(2, "0")}` : `\\u${hexadecimal.padStart(4, "0")}`)
  );
}
