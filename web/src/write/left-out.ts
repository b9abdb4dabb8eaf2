/** Why a reading has its status, and the names of the ink that is in no text. */
import { sentence } from "../here/read";
import type { Ignored } from "../readings";
import { say } from "../sentences/say";
import type { Shown } from "./digits";
import { type Glyph, isDigit, statusOf } from "./glyphs";

/** As they are listed: what may have been meant first. */
const KINDS = [
  "sign",
  "unknown",
  "neighbour",
  "stain",
  "print",
  "ruling",
] as const satisfies Ignored["kind"][];

/** Count what was left out: "1 sign, 2 printed lines"; empty if nothing was. */
export function namesOf(ignored: readonly Ignored[]): string {
  const counts = KINDS.map((kind) => [kind, ignored.filter((piece) => piece.kind === kind).length] as const);
  return counts
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => say(`write.left_out.${kind}`, count))
    .join(say("write.list_comma"));
}

/** The index, among all characters, of the digit that the message names, where others are not sure either; else null. */
export function doubtedOf({ doubted, glyphs, isCorrected }: Shown): number | null {
  if (doubted === undefined || isCorrected) return null;
  const isDoubtful = (glyph: Glyph) => statusOf(glyph) === "unsure";
  if (glyphs.filter(isDoubtful).length < 2) return null;
  const named = glyphs.filter(({ character }) => isDigit(character))[doubted - 1];
  return named ? glyphs.indexOf(named) : null;
}

/** The index of the character to check first: the one that the message names, else the first doubtful one, else the first. */
export function firstToCheck(shown: Shown): number {
  const first = shown.glyphs.findIndex((glyph) => statusOf(glyph) !== "ok");
  return doubtedOf(shown) ?? Math.max(first, 0);
}

/** Whether the message of an `ok` reading says more than that, and than what was left out. */
export function saysMore({ message, ignored, isCorrected }: Shown): boolean {
  return !isCorrected && !ignored.length && message !== sentence(["reading.ok", {}]);
}

/** One sentence that says why the status is what it is. */
export function whyOf(shown: Shown, leftOut: string): string {
  const { status, isCorrected } = shown;
  const message = doubtedOf(shown) === null ? shown.message : `${shown.message}${say("write.why.others")}`;
  const ok = isCorrected || saysMore(shown) ? message : say("write.why.ok");
  if (status === "ok") return leftOut ? say("write.why.left_out", ok, leftOut) : ok;
  const isSaid = status !== "unsure" || shown.message === sentence(["reading.unknown_ink", {}]);
  return leftOut && !isSaid ? say("write.why.left_out", message, leftOut) : message;
}
