/** Bytes from base64, and from several arrays. */
import { OBEYED } from "../generated/messages";
import { FORMULA } from "../generated/tables";

export type Bytes = Uint8Array<ArrayBuffer>;

/** Decode base64; browsers that can do it themselves take a tenth of the time. */
export function bytesOf(base64: string): Bytes {
  const { fromBase64 } = Uint8Array as unknown as { fromBase64?: (text: string) => Bytes };
  if (fromBase64) return fromBase64.call(Uint8Array, base64);
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

/** Encode bytes as letters, digits, - and _, which need no escapes in an address. */
export function addressTextOf(bytes: Uint8Array): string {
  const text = btoa(String.fromCharCode(...bytes));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Decode what `addressTextOf` encoded; null if it is something else. */
export function bytesOfAddressText(text: string): Bytes | null {
  if (!/^[\w-]+$/.test(text) || text.length % 4 === 1) return null;
  return bytesOf(
    text
      .replaceAll("-", "+")
      .replaceAll("_", "/")
      .padEnd(4 * Math.ceil(text.length / 4), "="),
  );
}

/** Put arrays behind each other. */
export function joined(pieces: readonly Uint8Array[]): Bytes {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let index = 0;
  for (const piece of pieces) {
    whole.set(piece, index);
    index += piece.length;
  }
  return whole;
}

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

const READ_BY_THEN = 60_000; // ms after which the browser has surely read what it saves

/** Save a file, as a download. */
export function saveFile(content: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), READ_BY_THEN);
}

/** Put text on the clipboard; false if the browser refuses, as it does on pages without https. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
