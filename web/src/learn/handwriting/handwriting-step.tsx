/** My own handwriting: the five stages of preparation on a photo, each with a switch, and the answers of two networks. */
import { useEffect, useMemo } from "preact/hooks";
import { parameter } from "../../address";
import { STAGES, type Stage } from "../../ink/stages";
import { say } from "../../sentences/say";
import { Check } from "../../shared/choices";
import { StageList } from "../../shared/stages/stage-list";
import { MODELS, NetworkAnswers } from "../answer/network-answers";
import { useAnswers } from "../answer/use-answers";
import { chosenDigit, shownDigit } from "../digit/digit";
import { DigitChoice } from "../digit/digit-choice";
import { StepFrame } from "../frame/step-frame";
import { prepared } from "./preparing";
import { isReal, keepPhoto, photo } from "./taken";

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
