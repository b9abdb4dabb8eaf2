/** Correct the reading: choose what a character is, the likeliest others first, split it, merge it, delete it. */

import { DIGITS, MARKS } from "../../generated/tasks";
import { say } from "../../sentences/say";
import { Button } from "../../shared/button";
import { percent } from "../../shared/percent";
import { digitOf, type Glyph } from "../digits/glyphs";
import { firstToCheck } from "../digits/left-out";
import { probabilitiesOf } from "../digits/probabilities";
import { glyphs, reading, selected } from "../state/state";
import { canMerge, mergeWithNext, remove, sayIs, split } from "./correcting";
import { KeepButton } from "./keep-button";
import "./correct.css";

const LIKELY = 0.01; // the probability from which another digit is proposed
const MOST_LIKELY = 3;
const BUTTON = "correct-button";

/** Opens the panel at the character to check first, and closes it. */
export function CorrectButton() {
  const isOpen = selected.value !== null;
  if (glyphs.value.length === 0) return null;
  const open = () => {
    const shown = reading.peek();
    selected.value = isOpen || !shown ? null : firstToCheck(shown);
  };
  return (
    <Button
      icon={isOpen ? "ok" : "pen"}
      label={say(isOpen ? "write.correct.done" : "write.correct")}
      id={BUTTON}
      aria-expanded={isOpen}
      onClick={open}
    />
  );
}

export function CorrectPanel() {
  const index = selected.value;
  const glyph = index === null ? undefined : glyphs.value[index];
  if (index === null || !glyph) return null;
  const next = glyphs.value[index + 1];
  return (
    <section class="correct stack" aria-label={say("write.correct.title", index + 1, glyph.character)}>
      <header>
        <Step to={index - 1} label={say("write.correct.previous")} sign="‹" />
        <p>{say("write.correct.title", index + 1, glyph.character)}</p>
        <Step to={index + 1} label={say("write.correct.next")} sign="›" />
      </header>
      <Likely glyph={glyph} index={index} />
      <fieldset class="characters" aria-label={say("write.correct.choices")}>
        {[...DIGITS, ...MARKS].map((character) => (
          <Choice key={character} character={character} glyph={glyph} index={index} />
        ))}
      </fieldset>
      <div class="buttons">
        <Button label={say("write.correct.split")} onClick={() => void split(index)} />
        <Button
          label={say("write.correct.merge")}
          // not disabled: that would take the focus away, and the next key would go to the sheet
          aria-disabled={!canMerge(glyph, next)}
          onClick={() => void mergeWithNext(index)}
        />
        <Button label={say("write.correct.delete")} onClick={() => remove(index)} />
        <KeepButton glyph={glyph} />
      </div>
    </section>
  );
}

/** Other possible characters, with their probabilities. */
function Likely({ glyph, index }: { glyph: Glyph; index: number }) {
  const read = digitOf(glyph);
  const others = (read ? probabilitiesOf(read).digits : [])
    .map((probability, digit) => ({ probability, character: String(digit) }))
    // the chosen one stays, since it has the focus
    .filter(({ probability, character }) => probability >= LIKELY && character !== String(read?.digit))
    .sort((a, b) => b.probability - a.probability)
    .slice(0, MOST_LIKELY);
  if (others.length === 0) return null;
  return (
    <fieldset class="likely" aria-label={say("write.correct.likely")}>
      <span class="small quiet" aria-hidden="true">
        {say("write.correct.likely")}
      </span>
      {others.map(({ probability, character }) => (
        <Button
          key={character}
          aria-pressed={character === glyph.character}
          onClick={() => sayIs(index, character)}
        >
          <strong class="numbers">{character}</strong>
          <span class="small numbers quiet">{percent(probability)}</span>
        </Button>
      ))}
    </fieldset>
  );
}

function Choice({ character, glyph, index }: { character: string; glyph: Glyph; index: number }) {
  const isChosen = glyph.character === character;
  return (
    <button
      type="button"
      class="character numbers"
      aria-pressed={isChosen}
      data-mine={isChosen && glyph.isMine}
      aria-label={MARKS.includes(character) ? say(`write.mark.${character as "."}`) : undefined}
      onClick={() => sayIs(index, character)}
    >
      {character}
    </button>
  );
}

function Step({ to, label, sign }: { to: number; label: string; sign: string }) {
  const isThere = to >= 0 && to < glyphs.value.length;
  return (
    <button
      type="button"
      class="character"
      aria-label={label}
      aria-disabled={!isThere}
      onClick={() => {
        if (isThere) selected.value = to;
      }}
    >
      {sign}
    </button>
  );
}

/**
 * While a character is selected, it can be typed, wherever the focus is; Delete removes it, Escape closes the panel.
 *
 * @returns whether the key was for the panel
 */
export function pressed({ key, target }: KeyboardEvent): boolean {
  const index = selected.peek();
  if (index === null || !glyphs.peek()[index]) return false;
  if ([...DIGITS, ...MARKS].includes(key)) sayIs(index, key);
  else if (key === "Delete" && (target as Element).closest(".correct")) remove(index);
  else if (key === "Escape") {
    selected.value = null;
    document.getElementById(BUTTON)?.focus();
  } else return false;
  return true;
}
