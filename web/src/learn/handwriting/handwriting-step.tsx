/** My own handwriting: the five stages of preparation on a photo, each with a switch, and what two networks say. */
import { useEffect } from "preact/hooks";
import { parameter } from "../../address";
import { say } from "../../sentences/say";
import { MODELS, NetworkAnswers } from "../answer/network-answers";
import { useAnswers } from "../answer/use-answers";
import { chosenDigit, shownDigit } from "../digit/digit";
import { DigitChoice } from "../digit/digit-choice";
import { StepFrame } from "../frame/step-frame";
import { GreyPicture } from "./grey-picture";
import { prepared, STAGES, type Stage } from "./preparing";
import { isReal, keepPhoto, photo } from "./taken";
import "./handwriting.css";

/** The stages that are left out, by their first letters: "ip". */
const off = parameter("without", "", (text) => (/^t?i?c?f?p?$/.test(text) ? text : null));

function isOff(stage: Stage): boolean {
  return off.value.includes(stage.charAt(0));
}

function toggle(stage: Stage): void {
  off.set(
    STAGES.filter((each) => isOff(each) !== (each === stage))
      .map((each) => each.charAt(0))
      .join(""),
  );
}

export function HandwritingStep() {
  useEffect(keepPhoto, []);
  const source = photo.value;
  const found = source && prepared(source, new Set(STAGES.filter(isOff)));
  const label = chosenDigit.value === "mine" ? null : (shownDigit.value?.label ?? null);
  const answers = useAnswers(found?.image.pixels ?? null, label, MODELS);
  return (
    <StepFrame
      title={say("learn.handwriting.title")}
      text={say("learn.handwriting.text")}
      prompt={say("learn.handwriting.try")}
      lesson="12-your-own-handwriting"
      tall
    >
      <DigitChoice />
      {source && found && (
        <ol class="preparing-stages">
          <li>
            <GreyPicture picture={source} label={say("learn.handwriting.photo")} />
            <p>{say(isReal.value ? "learn.handwriting.photo" : "learn.handwriting.made")}</p>
          </li>
          {STAGES.map((stage) => (
            <li key={stage} data-stage={stage} data-off={isOff(stage)}>
              <GreyPicture picture={found.pictures[stage]} label={say(`learn.handwriting.${stage}`)} />
              <label class="check">
                <input type="checkbox" checked={!isOff(stage)} onChange={() => toggle(stage)} />
                <span>{say(`learn.handwriting.${stage}`)}</span>
              </label>
              <p class="small quiet">
                {say(isOff(stage) ? `learn.handwriting.${stage}.off` : `learn.handwriting.${stage}.on`)}
              </p>
            </li>
          ))}
        </ol>
      )}
      <NetworkAnswers found={answers} />
    </StepFrame>
  );
}
