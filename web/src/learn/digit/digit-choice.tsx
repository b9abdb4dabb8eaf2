/** Choose the digit of a step: the user's own, or one of ten. */
import { DIGITS } from "../../generated/tasks";
import { say } from "../../sentences/say";
import { Choices } from "../../shared/controls";
import { ViewLink } from "../../shell/view-link";
import { STEP_NAMES, shownStep } from "../frame/steps";
import { choose, chooseMine, chosenDigit, hasMine } from "./digit";
import "../parts.css";

export function DigitChoice() {
  return (
    <div class="looked-at">
      <DigitButtons />
      <WriteOne />
    </div>
  );
}

/** @param before is called before another digit is looked at */
export function DigitButtons({ before }: { before?: () => void }) {
  return (
    <Choices
      name="digit"
      label={say("learn.digit.choose")}
      values={hasMine.value ? ["mine", ...DIGITS] : [...DIGITS]}
      knob={{
        value: chosenDigit.value,
        set: (digit) => {
          before?.();
          if (digit === "mine") chooseMine();
          else choose(digit);
        },
      }}
      write={(digit) => (digit === "mine" ? say("learn.digit.mine") : digit)}
    />
  );
}

/** Link from a step to Write, which links back to the step. */
export function WriteOne() {
  const name = STEP_NAMES[shownStep() - 1];
  return (
    <ViewLink view="write" parameters={name ? { for: name } : {}} class="small write-one">
      {say(hasMine.value ? "learn.digit.write_another" : "learn.digit.write")}
    </ViewLink>
  );
}
