/** The photo that the step looks at: of the Write sheet or its picture, from the address, or of any image of the data. */
import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import { change, query } from "../../address";
import { openPicture } from "../../here/open";
import type { Grey } from "../../ink/picture";
import { inverse, placeRect } from "../../write/geometry/geometry";
import { drawn } from "../../write/inside/looking";
import { pictureOf } from "../../write/sheet/drawing";
import { boundsOf, type Stroke } from "../../write/sheet/sheet";
import { pictures, sheet } from "../../write/state/state";
import { chosenDigit, isMineChosen, isOfSheet, shownDigit } from "../digit/digit";
import { inkWritten } from "../digit/ink";
import { strokesRead, strokesWritten } from "./pen-strokes";
import { photoAround, photographed } from "./photo";

const taken = signal<Grey | null>(null);
/** The pen's way of my own digit, as text; "" of a picture's. */
const penned = signal("");

/** That of the address, from strokes. */
const sent: ReadonlySignal<Grey | null> = computed(() => {
  const strokes = strokesRead(query.value.get("strokes") ?? "");
  return strokes && photoOf(strokes);
});

/** The photo of the address, else of the digit on the sheet; null if the current digit has none. */
const real: ReadonlySignal<Grey | null> = computed(() => {
  if (chosenDigit.value !== "mine") return null;
  return sent.value ?? (isOfSheet.value ? taken.value : null);
});

function photoOf(strokes: readonly Stroke[]): Grey | null {
  const [picture, ink] = [pictureOf(strokes), boundsOf(strokes)];
  return picture && ink && photoAround(picture.grey, placeRect(ink, inverse(picture.onPaper)));
}

/** Null while a test image is loading. */
export const photo: ReadonlySignal<Grey | null> = computed(() => {
  if (real.value) return real.value;
  const shown = shownDigit.value;
  return shown && photographed(shown.image);
});

/** Whether it is what a person wrote or photographed, not made of an image. */
export const isReal: ReadonlySignal<boolean> = computed(() => real.value !== null);

/** Keep the photo of my own digit, and keep its strokes in the address, until the step closes. */
export function keepPhoto(): () => void {
  const stops = [
    effect(() => {
      const [file, drawnDigit] = [pictures.chosen.value?.picture.file, drawn.value];
      const strokes = sheet.strokes.value;
      [taken.value, penned.value] = [null, ""];
      if (!drawnDigit) return;
      const [x, y, width, height] = drawnDigit.digit.box;
      const cut = (grey: Grey) => {
        taken.value = photoAround(grey, { x, y, width, height });
      };
      if (!file) {
        const picture = pictureOf(strokes);
        if (!picture) return;
        cut(picture.grey);
        const inked = sheet.inkAt(placeRect({ x, y, width, height }, picture.onPaper));
        const { image } = drawnDigit.digit;
        const beside = image ? inkWritten(Uint8Array.from(image.flat())).length : 0;
        penned.value = strokesWritten(
          inked.flatMap((index) => [strokes[index] ?? []]),
          beside,
        );
      } else
        void openPicture(file).then(
          (grey) => {
            if (drawn.peek()?.digit === drawnDigit.digit) cut(grey);
          },
          () => undefined, // only the service can open it; there is the image
        );
    }),
    effect(() => {
      if (isMineChosen.value && isOfSheet.value && penned.value && !query.value.has("strokes"))
        change({ strokes: penned.value });
    }),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}
