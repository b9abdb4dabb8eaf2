/** A button for each digit of the number, to look at another one more closely. */
import { digitOf } from "../digits/glyphs";
import { glyphs, selected } from "../state/state";
import { drawn } from "./looking";

const MOST = 20; // of more digits, one is chosen on the sheet or below

interface Properties {
  label: string;
  /** The label of a digit's button; its position among the digits counts from 1. */
  about(index: number, digit: string): string;
}

export function OneOfDigits({ label, about }: Properties) {
  const all = glyphs.value.flatMap((glyph, index) => (digitOf(glyph) ? [{ glyph, index }] : []));
  if (all.length < 2 || all.length > MOST) return null;
  return (
    <fieldset class="one-of-digits" aria-label={label}>
      {all.map(({ glyph, index }, position) => (
        <button
          key={index}
          type="button"
          aria-pressed={drawn.value?.index === index}
          aria-label={about(position + 1, glyph.character)}
          onClick={() => {
            selected.value = index;
          }}
        >
          {glyph.character}
        </button>
      ))}
    </fieldset>
  );
}
