/** My own handwriting: the five stages of preparation on a photo, each with a switch, and the answers of two networks. */

import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { change, parameter, query } from "../../address";
import { openPicture } from "../../here/open";
import type { Grey } from "../../ink/picture";
import { STAGES, type Stage } from "../../ink/stages";
import { say } from "../../sentences/say";
import { Check } from "../../shared/controls";
import { StageList } from "../../shared/pixels";
import { inverse, placeRect } from "../../write/geometry";
import { drawn } from "../../write/inside/looking";
import { pictureOf } from "../../write/sheet/drawing";
import { boundsOf, type Stroke } from "../../write/sheet/sheet";
import { pictures, sheet } from "../../write/state/state";
import { MODELS, NetworkAnswers, useAnswers } from "../answers";
import { chosenDigit, isMineChosen, isOfSheet, shownDigit } from "../digit/digit";
import { DigitChoice } from "../digit/digit-choice";
import { inkWritten, strokesRead, strokesWritten } from "../digit/ink";
import { photoAround, photographed, prepared } from "../digit/photo";
import { StepFrame } from "../frame/step-frame";

/** The stages that are left out, by their first letters: "ip". */
const off = parameter("without", "", (text) => (/^t?i?c?f?p?$/.test(text) ? text : null));

function isOff(stage: Stage): boolean {
  return off.value.includes(stage.charAt(0));
}

function toggle(stage: Stage): void {
  off.set(
    STAGES.filter((listed) => isOff(listed) !== (listed === stage))
      .map((listed) => listed.charAt(0))
      .join(""),
  );
}

export function HandwritingStep() {
  useEffect(keepPhoto, []);
  const source = photo.value;
  const preparation = useMemo(
    () => source && prepared(source, new Set(STAGES.filter(isOff))),
    [source, off.value],
  );
  const label = chosenDigit.value === "mine" ? null : (shownDigit.value?.label ?? null);
  const answers = useAnswers(preparation?.pen.pixels ?? null, label, MODELS);
  return (
    <StepFrame
      name="handwriting"
      guesses={[say("stage.turn"), say("stage.ink"), say("stage.pen")]}
      isTried={off.value === "p"}
    >
      <DigitChoice />
      {source && preparation && (
        <StageList
          stages={[
            {
              key: "photo",
              picture: source,
              label: say(isReal.value ? "learn.handwriting.photo" : "learn.handwriting.made"),
            },
            ...STAGES.map((stage) => ({
              key: stage,
              picture: preparation[stage],
              label: say(`stage.${stage}`),
              name: (
                <Check label={say(`stage.${stage}`)} isOn={!isOff(stage)} onChange={() => toggle(stage)} />
              ),
              about: say(isOff(stage) ? `stage.${stage}.off` : `stage.${stage}.on`),
              isOff: isOff(stage),
            })),
          ]}
        />
      )}
      <NetworkAnswers answered={answers} />
    </StepFrame>
  );
}

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
const photo: ReadonlySignal<Grey | null> = computed(() => {
  if (real.value) return real.value;
  const shown = shownDigit.value;
  return shown && photographed(shown.image);
});

/** Whether it is what a person wrote or photographed, not made of an image. */
const isReal: ReadonlySignal<boolean> = computed(() => real.value !== null);

/** Keep the photo of my own digit, and keep its strokes in the address, until the step closes. */
function keepPhoto(): () => void {
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
