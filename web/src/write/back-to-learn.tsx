/** The link back to the step of Learn that the user came from. */
import { isLeft, oneOf, parameter } from "../address";
import { STEP_NAMES, type StepName } from "../learn/frame/steps";
import { say } from "../sentences/say";
import { ViewLink } from "../shell/view-link";
import { glyphs } from "./state/state";

const step = parameter<StepName | "">("for", "", oneOf(STEP_NAMES));

export function BackToLearn() {
  const name = step.value;
  if (name === "") return null;
  const isWritten = glyphs.value.length > 0;
  return (
    <p class="back-to-learn">
      <ViewLink
        view="learn"
        {...(isLeft("learn") ? {} : { parameters: { step: name } })}
        class={`button ${isWritten ? "primary" : ""}`}
      >
        {say(isWritten ? "write.for.with" : "write.for", say(`learn.${name}`))}
      </ViewLink>
    </p>
  );
}
