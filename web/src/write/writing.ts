/** The stroke in hand, the reading of all ink whenever it changes, and a number that writes itself. */
import { batch, effect, signal } from "@preact/signals";
import { language } from "../language";
import { pictureOf } from "./drawing";
import { nextExample, strokesOf, writeSlowly } from "./example";
import type { Size } from "./geometry";
import type { InkPoint, Stroke } from "./sheet";
import { inkQuestion, model, pictures, sheet } from "./state";

/** The stroke that is being written. */
export const pending = signal<Stroke>([]);

const PAUSE = 220; // ms without writing before what counted is asked for, which takes ten times as long as reading

const askedAgain = signal(0);

/** Read the ink now and at every change of it, of the model or of the language, until the view goes. */
export function keepReading(): () => void {
  return effect(() => {
    const [strokes, name] = [sheet.strokes.value, model.value];
    void [language.value, askedAgain.value];
    if (!pictures.chosen.value) void readInk(strokes, name, performance.now());
  });
}

/** Read the same ink once more, where asking failed or was given up. */
export function readAgain(): void {
  askedAgain.value++;
}

async function readInk(strokes: readonly Stroke[], name: string, since: number): Promise<void> {
  if (strokes.length === 0) {
    inkQuestion.reset();
    return;
  }
  const picture = pictureOf(strokes);
  if (!picture) return;
  if (await inkQuestion.ask(picture.png, picture.onPaper, name, since)) await inkQuestion.explain(PAUSE);
}

/** The pen is put down. What is on its way about the ink so far would be too late. */
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

/** What was begun is no writing. */
export function dropStroke(): void {
  pending.value = [];
  if (!inkQuestion.answer.peek()?.explained) readAgain();
}

/** The number of the example that is on the sheet, or is just being written there. */
export const example = signal<string | null>(null);
let demonstration: AbortController | null = null;

/** Let the next example write itself onto the sheet, in place of what is there. */
export async function showExample(canvas: Size, penWidth: number): Promise<void> {
  stopExample();
  pictures.close();
  sheet.clear();
  demonstration = new AbortController();
  const number = nextExample();
  example.value = number;
  await writeSlowly(strokesOf(number, canvas, penWidth), {
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

/** A person takes over: the example goes from the sheet. */
export function stopExample(): void {
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

export function undoStroke(): void {
  demonstration?.abort();
  pending.value = [];
  sheet.undo();
}
