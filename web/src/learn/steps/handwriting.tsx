/** My own handwriting: the five stages of preparation on a photo, each with a switch, and the answers of two networks. */

import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { parameter } from "../../address";
import { openPicture } from "../../here/open";
import type { Grey } from "../../ink/picture";
import { STAGES, type Stage } from "../../ink/stages";
import { say } from "../../sentences/say";
import { Check } from "../../shared/controls";
import { StageList } from "../../shared/pixels";
import { drawn } from "../../write/inside/looking";
import { pictureOf } from "../../write/sheet/drawing";
import { pictures, sheet } from "../../write/state/state";
import { MODELS, NetworkAnswers, useAnswers } from "../answers";
import { chosenDigit, isOfSheet, shownDigit } from "../digit/digit";
import { DigitChoice } from "../digit/digit-choice";
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
              label: say(real.value ? "learn.handwriting.photo" : "learn.handwriting.made"),
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

/** That of my own digit on the Write sheet. */
const taken = signal<Grey | null>(null);

/** Null if the current digit is another one, of which there is an image alone. */
const real: ReadonlySignal<Grey | null> = computed(() => (isOfSheet.value ? taken.value : null));

/** Null while a test image is loading. */
const photo: ReadonlySignal<Grey | null> = computed(() => {
  const shown = shownDigit.value;
  return real.value ?? (shown && photographed(shown.image));
});

/** Keep the photo of my own digit until the step closes. */
function keepPhoto(): () => void {
  return effect(() => {
    const [file, drawnDigit] = [pictures.chosen.value?.picture.file, drawn.value];
    const strokes = sheet.strokes.value;
    taken.value = null;
    if (!drawnDigit) return;
    const [x, y, width, height] = drawnDigit.digit.box;
    const opened = file ? openPicture(file) : Promise.resolve(pictureOf(strokes)?.grey ?? null);
    void opened.then(
      (grey) => {
        if (grey && drawn.peek()?.digit === drawnDigit.digit)
          taken.value = photoAround(grey, { x, y, width, height });
      },
      () => undefined, // only the service can open it; there is the image
    );
  });
}
