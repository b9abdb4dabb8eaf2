/** Keeps the selected digit with the label that a person gave it. */

import { useSignal } from "@preact/signals";
import { isKept } from "../../hand/kept";
import { NoKeptDigits } from "../../hand/npz";
import { say } from "../../sentences/say";
import { Button } from "../../shared/button";
import { digitOf, type Glyph, isDigit } from "../digits/glyphs";
import { keepAndLook } from "./changed";

export function KeepButton({ glyph }: { glyph: Glyph }) {
  const wrong = useSignal("");
  const rows = digitOf(glyph)?.image;
  if (!rows || !glyph.isMine || !isDigit(glyph.character)) return null;
  const image = Uint8Array.from(rows.flat());
  const label = Number(glyph.character);
  const isThere = isKept(image, label);
  const take = async () => {
    wrong.value = "";
    try {
      await keepAndLook({ image, label, date: Date.now() });
    } catch (error) {
      if (!(error instanceof NoKeptDigits)) throw error;
      wrong.value = say(`hand.error.${error.why}`);
    }
  };
  return (
    <>
      <Button
        label={say(isThere ? "hand.is_kept" : "hand.keep")}
        // not disabled: that would take the focus away
        aria-disabled={isThere}
        onClick={() => {
          if (!isThere) void take();
        }}
      />
      <span class="small" role="alert">
        {wrong.value}
      </span>
    </>
  );
}
