/** Keeps the selected digit with the label that a person gave it. */

import { isKept, keep } from "../../hand/kept";
import { say } from "../../sentences/say";
import { digitOf, type Glyph, isDigit } from "./glyphs";

export function KeepButton({ glyph }: { glyph: Glyph }) {
  const rows = digitOf(glyph)?.image;
  if (!rows || !glyph.isMine || !isDigit(glyph.character)) return null;
  const image = Uint8Array.from(rows.flat());
  const label = Number(glyph.character);
  const isThere = isKept(image, label);
  return (
    <button
      type="button"
      class="button"
      // not disabled: that would take the focus away
      aria-disabled={isThere}
      onClick={() => {
        if (!isThere) void keep([{ image, label, date: Date.now() }]).catch(() => undefined);
      }}
    >
      {say(isThere ? "hand.is_kept" : "hand.keep")}
    </button>
  );
}
