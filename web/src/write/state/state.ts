/** The state of the Write view. It lives outside the view, so that nothing is lost when switching views. */
import { batch, computed, type ReadonlySignal, signal } from "@preact/signals";
import { oneOf, parameter, view } from "../../address";
import { hasDisplays } from "../../edition";
import { DISPLAY } from "../../here/protocol";
import { readerFor } from "../../learn/train/runs";
import { chosenName } from "../../models/known";
import { automatonOf, WrongPattern } from "../../reading/patterns/automaton";
import type { Sentence } from "../../reading/report/result";
import type { HowToRead, Reading } from "../../readings";
import { type Correctable, type Shown, shownOf } from "../digits";
import type { Placement } from "../geometry";
import type { Glyph } from "../glyphs";
import { firstToCheck } from "../left-out";
import { Sheet } from "../sheet/sheet";
import { type Entry, Pictures } from "./pictures";
import { Question } from "./question";

/** The model asked for: a name, the id of the service's training run, or a network trained here; empty for the default. */
export const model = parameter<string>("model", "", (text) => (/^[\w.-]{1,80}$/.test(text) ? text : null));

/** What a number is known to fit: a name or a regular expression; empty for any number. */
export const pattern = parameter<string>("pattern", "", (text) => text.trim());

/** What the number stands on, if not on paper. */
export const kind = parameter<typeof DISPLAY | "">("kind", "", oneOf(hasDisplays ? [DISPLAY] : []));

/** Why it is no pattern; null if it is one. */
export const wrongPattern = computed<Sentence | null>(() => {
  try {
    if (pattern.value) automatonOf(pattern.value);
    return null;
  } catch (problem) {
    if (problem instanceof WrongPattern) return problem.sentence;
    throw problem;
  }
});

let left = { model: "", pattern: "", kind: "" };
/** In other views, whose addresses name none of it, it is what Write was left with; what is no pattern is none. */
const asked = computed(() => {
  const next = { model: model.value, pattern: wrongPattern.value ? "" : pattern.value, kind: kind.value };
  if (view.value === "write" && JSON.stringify(next) !== JSON.stringify(left)) left = next;
  return left;
});

/** Whether displays and meters are read, by a network that knows nothing else. */
export const isDisplay = computed(() => asked.value.kind === DISPLAY);

/** The name of the model that reads; the usual one in place of a network trained here that is gone. */
export const readBy = computed(() => readerFor(asked.value.model, chosenName.value));

/** How pictures are read now: another object whenever anything of it changes. */
export const howToRead = computed<HowToRead>(() =>
  isDisplay.value ? { model: DISPLAY, pattern: "" } : { model: readBy.value, pattern: asked.value.pattern },
);

export const sheet = new Sheet();
/** For ink: the mapping from the sent picture's pixels to the paper. */
export const inkQuestion = new Question<Placement>();
export const pictures = new Pictures();

/** The index of the character under the pointer, else of the selected one. */
export const selected = signal<number | null>(null);
export const pointedAt = signal<number | null>(null);
export const lit = computed(() => pointedAt.value ?? selected.value);

/** The question whose answer is shown: the selected picture's, else the ink's. */
export const question: ReadonlySignal<Question<unknown>> = computed(
  () => pictures.chosen.value?.picture.question ?? inkQuestion,
);

/** The corrections in effect: the selected picture's, else the ink's. */
export const corrections: ReadonlySignal<Correctable> = computed(
  () => pictures.chosen.value?.corrections ?? sheet,
);

const UNMOVED: Placement = { scale: 1, x: 0, y: 0 };

/** From the pixels of what is read to the units of its corrections: of pictures, pixels too. */
export const ontoCorrections: ReadonlySignal<Placement> = computed(() =>
  pictures.chosen.value ? UNMOVED : (inkQuestion.answer.value?.about ?? UNMOVED),
);

/** The current reading, with its corrections. */
export const reading: ReadonlySignal<Shown | null> = computed(() => {
  const entry = pictures.chosen.value;
  if (entry) return shownEntry(entry);
  const answer = inkQuestion.answer.value;
  const first = answer?.readings[0];
  if (!isRead(first) || answer?.how !== howToRead.value) return null;
  return shownOf(first, {
    patches: sheet.patches.value,
    onto: ontoCorrections.value,
    inkAt: (region) => sheet.inkAt(region),
  });
});

/** The reading of a picture with its corrections; null if it has not been read as it would be now. */
export function shownEntry(entry: Entry): Shown | null {
  const answer = readOf(entry);
  if (!isRead(answer)) return null;
  const patches = entry.corrections.patches.value;
  return shownOf(answer, { patches, onto: UNMOVED, inkAt: () => [] });
}

/** What a picture reads as now, or why it cannot be read; null while neither is known. */
export function readOf({ reading, picture }: Entry): Entry["reading"] {
  return picture.question.answer.value?.how === howToRead.value ? reading : null;
}

function isRead(answer: Entry["reading"] | undefined): answer is Reading {
  return !!answer && "text" in answer;
}

/** Why the selected picture could not be read, if the service says so among the readings. */
export const unread: ReadonlySignal<string | null> = computed(() => {
  const answer = pictures.chosen.value && readOf(pictures.chosen.value);
  return answer && "error" in answer ? answer.error : null;
});

/** The characters of the current reading. */
export const glyphs: ReadonlySignal<readonly Glyph[]> = computed(() => reading.value?.glyphs ?? []);

/** Select a character, or deselect it. */
export function toggle(index: number): void {
  selected.value = selected.peek() === index ? null : index;
}

/** Event handlers that highlight an element's character everywhere. A shortcut: the cards are reachable by keyboard. */
export function pointing(index: number) {
  return {
    onPointerEnter: () => {
      pointedAt.value = index;
    },
    onPointerLeave: () => {
      pointedAt.value = null;
    },
  };
}

/** An entry with its index among all. */
export interface Listed {
  entry: Entry;
  index: number;
}

/** Once all are read, the doubtful ones come first, the most doubtful of them at the top; corrections move nothing. */
export const listed: ReadonlySignal<readonly Listed[]> = computed(() => {
  const all = pictures.entries.value.map((entry, index) => ({ entry, index }));
  const isRead = ({ entry }: Listed) =>
    readOf(entry) !== null || entry.picture.question.trouble.value !== null;
  if (!all.every(isRead)) return all;
  return all.sort((a, b) => doubtOf(b.entry) - doubtOf(a.entry) || a.index - b.index);
});

/** Pictures that need checking and have not been corrected. */
export const toCheck: ReadonlySignal<readonly Listed[]> = computed(() =>
  listed.value.filter(({ entry }) => {
    const status = shownEntry(entry)?.status;
    return status === "unsure" || status === "not-a-digit";
  }),
);

/** 0 for sure, blank or unreadable pictures. */
function doubtOf(entry: Entry): number {
  const reading = readOf(entry);
  if (!reading || "error" in reading || reading.status === "ok" || reading.status === "blank") return 0;
  return 1 - reading.confidence + Number.EPSILON;
}

/** Show the next picture to check, with the character to check first; false if there is none. */
export function goToNextDoubt(): boolean {
  const [first] = toCheck.peek();
  if (!first) return false;
  const order = listed.peek();
  const here = order.findIndex(({ entry }) => entry === pictures.chosen.peek());
  const next = order.slice(here + 1).find((each) => toCheck.peek().includes(each)) ?? first;
  batch(() => {
    pictures.choose(next.index);
    const shown = shownEntry(next.entry);
    selected.value = shown && shown.glyphs.length > 0 ? firstToCheck(shown) : null;
  });
  return true;
}
