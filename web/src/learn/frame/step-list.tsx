/** All steps as dots on a line, completed ones filled; each is a link. */
import { say } from "../../sentences/say";
import { STEPS, shownStep } from "./step-address";
import { StepLink } from "./step-link";

export function StepList() {
  const shown = shownStep();
  return (
    <nav class="step-list" aria-label={say("learn.steps")}>
      <ol class="step-dots">
        {STEPS.map((name, index) => {
          const step = index + 1;
          return (
            <li key={name} class={step <= shown ? "reached" : ""}>
              <StepLink step={step} current={step === shown}>
                <span class="step-dot" aria-hidden="true" />
                <span class="step-name">{say(name)}</span>
              </StepLink>
            </li>
          );
        })}
      </ol>
    </nav>
  );
}
