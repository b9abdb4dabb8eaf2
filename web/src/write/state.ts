/** The state of the Write view. It lives outside the view, so that nothing is lost when switching views. */
import { computed, type ReadonlySignal, signal } from "@preact/signals";
import { parameter } from "../address";
import { chosenName } from "../models/known";
import type { Digit, Reading } from "../readings";
import type { Placement } from "./geometry";
import { Pictures } from "./pictures";
import { Question } from "./question";
import { Sheet } from "./sheet";

/** The model asked for: a name or a training run's id; empty for the default. */
export const model = parameter<string>("model", "", (text) => (/^[\w.-]{1,64}$/.test(text) ? text : null));

/** The name of the model that reads. */
export const readBy = computed(() => model.value || chosenName.value);

export const sheet = new Sheet();
/** For ink: the mapping from the sent picture's pixels to the paper. */
export const inkQuestion = new Question<Placement>();
export const pictures = new Pictures();

/** The digit under the pointer, else the selected one. */
export const selected = signal<number | null>(null);
export const pointedAt = signal<number | null>(null);
export const lit = computed(() => pointedAt.value ?? selected.value);

/** The question whose answer is shown: the selected picture's, else the ink's. */
export const question: ReadonlySignal<Question<unknown>> = computed(
  () => pictures.chosen.value?.picture.question ?? inkQuestion,
);

/** The current reading. */
export const reading: ReadonlySignal<Reading | null> = computed(() => {
  const entry = pictures.chosen.value;
  const found = entry ? entry.reading : inkQuestion.answer.value?.readings[0];
  return found && "text" in found ? found : null;
});

/** Why the selected picture could not be read, if the service says so among the readings. */
export const unread: ReadonlySignal<string | null> = computed(() => {
  const found = pictures.chosen.value?.reading;
  return found && "error" in found ? found.error : null;
});

export const digits: ReadonlySignal<readonly Digit[]> = computed(() => reading.value?.digits ?? []);

/** Select a digit, or deselect it. */
export function toggle(place: number): void {
  selected.value = selected.peek() === place ? null : place;
}

/** Event handlers that highlight an element's digit everywhere. A shortcut: the cards are reachable by keyboard. */
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
