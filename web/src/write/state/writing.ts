/** The current stroke, the reading of the ink whenever it changes, and the example that writes itself. */
import { batch, computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import { language } from "../../language";
import type { HowToRead } from "../../readings";
import type { Size } from "../geometry";
import { nextExample, pictureOf, strokesOf, writeSlowly } from "../sheet/drawing";
import type { Content, InkPoint, Stroke } from "../sheet/sheet";
import { corrections, howToRead, inkQuestion, pictures, sheet } from "./state";

/** The stroke in progress. */
export const pending = signal<Stroke>([]);

/** Whether nothing is written, nor any picture shown. */
export const isUntouched: ReadonlySignal<boolean> = computed(
  () => sheet.isEmpty.value && pending.value.length === 0 && !pictures.chosen.value,
);

const PAUSE = 220; // ms without writing before the explanation is requested, which takes ten times as long as reading

const askedAgain = signal(0);

/** Read the ink now and whenever it, the model, the pattern or the language changes, until the view closes. */
export function keepReading(): () => void {
  return effect(() => {
    const [strokes, how] = [sheet.strokes.value, howToRead.value];
    void [language.value, askedAgain.value];
    if (!pictures.chosen.value && how.model !== "") void readInk(strokes, how);
  });
}

/** Read the same ink again after a failed or aborted request. */
function readAgain(): void {
  askedAgain.value++;
}

/** Read what is shown again, ink or pictures. */
export function readAllAgain(): void {
  if (pictures.chosen.peek()) void pictures.read(howToRead.peek());
  else readAgain();
}

async function readInk(strokes: readonly Stroke[], how: HowToRead): Promise<void> {
  if (strokes.length === 0) {
    inkQuestion.reset();
    return;
  }
  const picture = pictureOf(strokes);
  if (!picture) return;
  if (await inkQuestion.ask(picture, picture.onPaper, how)) await inkQuestion.explain(PAUSE);
}

/** The pen is put down. Pending requests about the earlier ink are obsolete. */
export function beginStroke(point: InkPoint): void {
  stopExample();
  inkQuestion.giveUp();
  pending.value = [point];
}

export function growStroke(points: readonly InkPoint[]): void {
  pending.value = [...pending.peek(), ...points];
}

/** The pen is lifted: the stroke is on the sheet. */
export function finishStroke(): void {
  const stroke = pending.peek();
  batch(() => {
    pending.value = [];
    if (stroke.length > 0) sheet.add(stroke);
  });
}

/** The stroke is cancelled. */
export function dropStroke(): void {
  pending.value = [];
  if (!inkQuestion.answer.peek()?.explained) readAgain();
}

/** The example's number, if one is on the sheet or being written. */
export const example = signal<string | null>(null);
let beforeExample: Content | null = null;
let demonstration: AbortController | null = null;

/** Write the next example onto the sheet, replacing its content. */
export async function showExample(canvas: Size, penWidth: number): Promise<void> {
  stopExample();
  pictures.close();
  beforeExample = sheet.content.peek();
  sheet.clear();
  demonstration = new AbortController();
  const digits = nextExample();
  example.value = digits;
  await writeSlowly(strokesOf(digits, canvas, penWidth), {
    signal: demonstration.signal,
    grow: (part) => {
      pending.value = part;
    },
    finish: (stroke) => {
      pending.value = stroke;
      finishStroke();
    },
  });
}

/** The user takes over: remove the example from the sheet. */
function stopExample(): void {
  if (example.peek() === null) return;
  demonstration?.abort();
  batch(() => {
    example.value = null;
    pending.value = [];
    sheet.clear();
  });
}

export function clearSheet(): void {
  stopExample();
  sheet.clear();
}

/** Take back the last stroke, or the last correction of what is shown. */
export function undo(): void {
  if (pictures.chosen.peek()) {
    corrections.peek().undo();
    return;
  }
  demonstration?.abort();
  batch(() => {
    pending.value = [];
    sheet.undo();
    // what was there before is the person's again
    if (sheet.content.peek() === beforeExample) example.value = null;
  });
}
