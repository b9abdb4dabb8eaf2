/** The photo that the step looks at: of the Write sheet or its picture, from the address, or of any image of the data. */
import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import { change, query } from "../../address";
import { openPicture } from "../../here/open";
import type { Grey } from "../../ink/picture";
import { pictureOf } from "../../write/drawing";
import { drawn } from "../../write/inside/looking";
import { pictures, sheet } from "../../write/state";
import { chosenDigit, isOfSheet, shownDigit } from "../digit/digit";
import { photoAround, photographed, photoRead, photoWritten } from "./photo";

const taken = signal<Grey | null>(null);

/** That of the address, else of the digit on the sheet; null if what is looked at has none. */
const real: ReadonlySignal<Grey | null> = computed(() => {
  if (chosenDigit.value !== "mine") return null;
  return photoRead(query.value.get("photo") ?? "") ?? (isOfSheet.value ? taken.value : null);
});

/** Null while a test image is on its way. */
export const photo: ReadonlySignal<Grey | null> = computed(() => {
  if (real.value) return real.value;
  const shown = shownDigit.value;
  return shown && photographed(shown.image);
});

/** Whether it is what a person wrote or photographed, not made of an image. */
export const isReal: ReadonlySignal<boolean> = computed(() => real.value !== null);

/** Keep the photo of my own digit, and keep it in the address, until the step closes. */
export function keepPhoto(): () => void {
  const stops = [
    effect(() => {
      const [file, drawnDigit] = [pictures.chosen.value?.picture.file, drawn.value];
      const strokes = sheet.strokes.value;
      taken.value = null;
      if (!drawnDigit) return;
      const [x, y, width, height] = drawnDigit.digit.box;
      const cut = (grey: Grey) => {
        taken.value = photoAround(grey, { x, y, width, height });
      };
      if (!file) {
        const picture = pictureOf(strokes);
        if (picture) cut(picture.grey);
      } else
        void openPicture(file).then(
          (grey) => {
            if (drawn.peek()?.digit === drawnDigit.digit) cut(grey);
          },
          () => undefined, // only the service can open it; there is the image
        );
    }),
    effect(() => {
      if (isOfSheet.value && taken.value && !query.value.has("photo"))
        change({ photo: photoWritten(taken.value) });
    }),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}
