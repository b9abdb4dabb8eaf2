/** What the view Write shows. It lives outside of the view, so that nothing is lost while one looks at another. */
import { computed, type ReadonlySignal, signal } from "@preact/signals";
import { parameter } from "../address";
import type { Digit, Reading } from "../readings";
import type { Placement } from "./geometry";
import { Pictures } from "./pictures";
import { Question } from "./question";
import { Sheet } from "./sheet";

/** Who reads: the name of a model, or the id of a training; empty for the one that the service has chosen. */
export const model = parameter<string>("model", "", (text) => (/^[\w.-]{1,64}$/.test(text) ? text : null));

export const sheet = new Sheet();
/** About the ink: how the pixels of the picture that was sent lie on the paper. */
export const inkQuestion = new Question<Placement>();
export const pictures = new Pictures();

/** The digit that is pointed at, else the one that was selected. */
export const selected = signal<number | null>(null);
export const pointedAt = signal<number | null>(null);
export const lit = computed(() => pointedAt.value ?? selected.value);

/** The question whose answer is shown: the chosen picture's, else the ink's. */
export const question: ReadonlySignal<Question<unknown>> = computed(
  () => pictures.chosen.value?.picture.question ?? inkQuestion,
);

/** The reading that is shown. */
export const reading: ReadonlySignal<Reading | null> = computed(() => {
  const entry = pictures.chosen.value;
  const found = entry ? entry.reading : inkQuestion.answer.value?.readings[0];
  return found && "text" in found ? found : null;
});

/** Why the chosen picture was not read, where the service says so among the readings. */
export const unread: ReadonlySignal<string | null> = computed(() => {
  const found = pictures.chosen.value?.reading;
  return found && "error" in found ? found.error : null;
});

export const digits: ReadonlySignal<readonly Digit[]> = computed(() => reading.value?.digits ?? []);

/** Select a digit, or let go of the selected one. */
export function toggle(place: number): void {
  selected.value = selected.peek() === place ? null : place;
}

/** What lets an element light up its digit wherever it is shown. A shortcut: the cards can be reached by keys. */
export function pointing(place: number) {
  return {
    onPointerEnter: () => {
      pointedAt.value = place;
    },
    onPointerLeave: () => {
      pointedAt.value = null;
    },
  };
}
