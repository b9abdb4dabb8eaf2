/** The digit being written: an image of the current stroke and those that it touches, before it is read. */

import { effect, type ReadonlySignal, signal } from "@preact/signals";
import { LEAST_CONTRAST } from "../../generated/ink/paper";
import { normalize } from "../../ink/normalize";
import { inkMap } from "../../ink/paper/paper";
import { overlap } from "../geometry/geometry";
import { pictureOf } from "../sheet/drawing";
import { boundsOf, type Stroke } from "../sheet/sheet";
import { inkQuestion, sheet } from "../state/state";
import { pending } from "../state/writing";

const PAUSE = 90; // milliseconds between two images, so that the pen stays quick
const LEAST = 3; // points; fewer may be a tap

const held = signal<Uint8Array | null>(null);

/** 784 values, ink 255; null unless a stroke is being written, or was just written and is not read yet. */
export const growing: ReadonlySignal<Uint8Array | null> = held;

/** Follow the pen until the returned function is called. */
export function followPen(): () => void {
  let timer: ReturnType<typeof setTimeout> | null = null;
  let before = sheet.strokes.peek();
  const look = () => {
    timer = null;
    const stroke = pending.peek();
    if (stroke.length < LEAST) return;
    const image = imageOf([...touching(sheet.strokes.peek(), stroke), stroke]);
    if (image) held.value = image;
  };
  const stops = [
    effect(() => {
      if (pending.value.length > 0) {
        before = sheet.strokes.peek();
        timer ??= setTimeout(look, PAUSE);
      } else if (sheet.strokes.value === before || sheet.isEmpty.value) held.value = null;
    }),
    // now it has been read
    effect(() => {
      void inkQuestion.answer.value;
      if (pending.peek().length === 0) held.value = null;
    }),
  ];
  return () => {
    for (const stop of stops) stop();
    if (timer !== null) clearTimeout(timer);
    held.value = null;
  };
}

/** The strokes whose boxes the box of another overlaps. */
function touching(strokes: readonly Stroke[], stroke: Stroke): Stroke[] {
  const own = boundsOf([stroke]);
  return strokes.filter((stroke) => {
    const box = boundsOf([stroke]);
    return own !== null && box !== null && overlap(own, box);
  });
}

function imageOf(strokes: readonly Stroke[]): Uint8Array | null {
  const picture = pictureOf(strokes);
  return picture && (normalize(inkMap(picture.grey, LEAST_CONTRAST))?.pixels ?? null);
}
