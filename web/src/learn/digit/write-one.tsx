/** Link from a step to Write, which links back to the step. */
import { say } from "../../sentences/say";
import { ViewLink } from "../../shell/view-link";
import { shownStep } from "../frame/step-address";
import { STEP_NAMES } from "../frame/steps";
import { hasMine } from "./digit";

export function WriteOne() {
  const name = STEP_NAMES[shownStep() - 1];
  return (
    <ViewLink view="write" parameters={name ? { for: name } : {}} class="small write-one">
      {say(hasMine.value ? "learn.digit.write_another" : "learn.digit.write")}
    </ViewLink>
  );
}
