/** The characters of a number, each with its box and who said it. */
import type { Digit, Mark, Reading } from "../readings";
import type { Rect } from "./geometry";

/** A character of a number, as read or as corrected. */
export interface Glyph {
  readonly character: string;
  /** The line of writing, from 0. */
  readonly line: number;
  readonly box: Rect;
  /** The digit or mark that was read here; null if none was. */
  readonly read: Digit | Mark | null;
  /** Whether it was corrected by a person. */
  readonly isMine: boolean;
}

/** The characters of a reading. */
export function glyphsOf({ text, digits, marks }: Reading): Glyph[] {
  const [nextDigit, nextMark] = [digits.values(), marks.values()];
  const glyphs: Glyph[] = [];
  text.split("\n").forEach((line, index) => {
    for (const character of line) {
      const read = (isDigit(character) ? nextDigit : nextMark).next().value;
      if (read) glyphs.push({ character, line: index, box: rectOf(read.box), read, isMine: false });
    }
  });
  return glyphs;
}

/** Their text, one line per line of writing. */
export function textOf(glyphs: readonly Glyph[]): string {
  const lines = new Map<number, string>();
  for (const { line, character } of glyphs) lines.set(line, (lines.get(line) ?? "") + character);
  return [...lines]
    .sort(([a], [b]) => a - b)
    .map(([, text]) => text)
    .join("\n");
}

export function isDigit(character: string): boolean {
  return character >= "0" && character <= "9";
}

/** The digit that was read here, with what the network saw; null for a mark. */
export function digitOf({ read }: Pick<Glyph, "read">): Digit | null {
  return read && "digit" in read ? read : null;
}

/** Whether it is sure: corrected characters are, unread ones are not. */
export function statusOf(glyph: Glyph): Digit["status"] {
  if (glyph.isMine) return "ok";
  return glyph.read === null ? "unsure" : (digitOf(glyph)?.status ?? "ok");
}

/** In whole pixels. */
export function boxOf({ box: { x, y, width, height } }: Pick<Glyph, "box">): Digit["box"] {
  const [left, top] = [Math.round(x), Math.round(y)];
  return [left, top, Math.round(x + width) - left, Math.round(y + height) - top];
}

function rectOf([x, y, width, height]: Readonly<Digit["box"]>): Rect {
  return { x, y, width, height };
}
