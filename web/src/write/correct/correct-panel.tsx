/** Correct the reading: choose what a character is, the likeliest others first, split it, merge it, delete it. */
import { useSignal } from "@preact/signals";
import { DIGITS, MARKS } from "../../generated/tasks";
import { isKept, keep } from "../../hand/kept";
import { NoKeptDigits } from "../../hand/npz";
import { openPicture } from "../../here/open";
import { union } from "../../ink/boxes";
import type { Grey } from "../../ink/picture";
import { say } from "../../sentences/say";
import { Button } from "../../shared/controls";
import { percent } from "../../shared/percent";
import { ViewLink } from "../../shell/view-link";
import { placeRect, type Rect } from "../geometry";
import { digitOf, type Glyph, isDigit } from "../glyphs";
import { isOwn, PatternChoice } from "../how-to-read";
import { firstToCheck } from "../left-out";
import { patchOf, probabilitiesOf, type Said } from "../patches";
import { pictureOf } from "../sheet/drawing";
import {
  corrections,
  glyphs,
  isDisplay,
  kind,
  ontoCorrections,
  pattern,
  pictures,
  reading,
  selected,
  sheet,
} from "../state/state";
import { halves, look } from "./halves";
import "./correct-panel.css";

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
  // of a picture in which nothing is read, there is nothing else to correct
  const isNothing = pictures.chosen.value !== null && reading.value?.glyphs.length === 0;
  if (!glyph && !pattern.value && !isOwn.value && !kind.value && !isNothing) return null;
  const label = glyph ? say("write.correct.title", (index ?? 0) + 1, glyph.character) : say("write.pattern");
  return (
    <section class="correct stack" aria-label={label}>
      {glyph && <Character index={index ?? 0} glyph={glyph} />}
      <PatternChoice />
    </section>
  );
}

function Character({ index, glyph }: { index: number; glyph: Glyph }) {
  const next = glyphs.value[index + 1];
  return (
    <>
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
    </>
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
    <fieldset class="buttons" aria-label={say("write.correct.likely")}>
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

/** Keeps the selected digit with the label that a person gave it. */
function KeepButton({ glyph }: { glyph: Glyph }) {
  const wrong = useSignal("");
  const rows = digitOf(glyph)?.image;
  if (!rows || !glyph.isMine || !isDigit(glyph.character) || isDisplay.value) return null;
  const image = Uint8Array.from(rows.flat());
  const label = Number(glyph.character);
  const isThere = isKept(image, label);
  const take = async () => {
    wrong.value = "";
    try {
      await keep([{ image, label, date: Date.now() }]);
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
      {isThere && (
        <ViewLink view="things" class="button plain">
          {say("view.things")}
        </ViewLink>
      )}
      <span class="small" role="alert">
        {wrong.value}
      </span>
    </>
  );
}

/** Set a character; setting it to its reading confirms it. */
function sayIs(index: number, character: string): void {
  const glyph = glyphs.peek()[index];
  if (!glyph) return;
  correct([index], [{ character, box: glyph.box, seen: digitOf(glyph), isMine: true }]);
}

export function remove(index: number): void {
  if (!glyphs.peek()[index]) return;
  correct([index], []);
  const left = glyphs.peek().length;
  selected.value = left ? Math.min(index, left - 1) : null;
}

/** Cut a character in two; the halves are read, and may be corrected. */
export async function split(index: number): Promise<void> {
  const glyph = glyphs.peek()[index];
  if (!glyph) return;
  const picture = await currentPicture();
  const boxes = halves(picture, glyph.box);
  const seen = await Promise.all(boxes.map((box) => picture && look(picture, box)));
  if (!isStill(glyph, index)) return;
  correct(
    [index],
    boxes.map((box, half) => saidAt(box, seen[half] ?? null, glyph.character)),
  );
}

/** Merge this character with the next one of the line; the result is read, and may be corrected. */
async function mergeWithNext(index: number): Promise<void> {
  const [glyph, next] = glyphs.peek().slice(index, index + 2);
  if (!glyph || !canMerge(glyph, next)) return;
  const box = union(glyph.box, next.box);
  const picture = await currentPicture();
  const seen = picture && (await look(picture, box));
  if (!isStill(glyph, index)) return;
  correct([index, index + 1], [saidAt(box, seen, glyph.character)]);
}

function canMerge(glyph: Glyph | undefined, next: Glyph | undefined): next is Glyph {
  return glyph !== undefined && next !== undefined && glyph.line === next.line;
}

/** Whether it is unchanged since the network was asked. */
function isStill({ character, box }: Glyph, index: number): boolean {
  const now = glyphs.peek()[index];
  return now?.character === character && now.box.x === box.x && now.box.width === box.width;
}

/** Use the network's answer; without one, the original character, for the user to correct. */
function saidAt(box: Rect, seen: Said["seen"], otherwise: string): Said {
  return { character: seen ? String(seen.digit) : otherwise, box, seen, isMine: false };
}

function correct(indices: readonly number[], says: readonly Said[]): void {
  const onto = ontoCorrections.peek();
  const moved = glyphs.peek().map((glyph) => ({ ...glyph, box: placeRect(glyph.box, onto) }));
  const said = says.map((character) => ({ ...character, box: placeRect(character.box, onto) }));
  const inkAt = pictures.chosen.peek() ? null : (region: Rect) => sheet.inkAt(region);
  corrections.peek().correct(patchOf(moved, indices, said, inkAt));
}

/** The pixels read; null if the browser cannot open the file, such as a PDF. */
async function currentPicture(): Promise<Grey | null> {
  const entry = pictures.chosen.peek();
  if (!entry) return pictureOf(sheet.strokes.peek())?.grey ?? null;
  return openPicture(entry.picture.file).catch(() => null);
}
