/** All steps as dots on a line, those that were opened filled; each is a link. */
import { useEffect } from "preact/hooks";
import { say } from "../../sentences/say";
import { forgetSeen, markSeen, seenSteps } from "./progress";
import { shownStep } from "./step-address";
import { StepLink } from "./step-link";
import { STEP_NAMES } from "./steps";

export function StepList() {
  const shown = shownStep();
  const name = STEP_NAMES[shown - 1] ?? "";
  useEffect(() => markSeen(name), [name]);
  const seen = seenSteps.value;
  return (
    <nav class="step-list" aria-label={say("learn.steps")}>
      <ol class="step-dots">
        {STEP_NAMES.map((stepName, index) => {
          const step = index + 1;
          const isSeen = step === shown || seen.has(stepName);
          return (
            <li key={stepName} class={isSeen ? "reached" : ""}>
              <StepLink step={step} current={step === shown}>
                <span class="step-dot" aria-hidden="true" />
                <span class="step-name">{say(`learn.${stepName}`)}</span>
                {isSeen && <span class="for-screen-readers">{say("learn.seen")}</span>}
              </StepLink>
            </li>
          );
        })}
      </ol>
      <StepsOpened />
    </nav>
  );
}

function StepsOpened() {
  const count = STEP_NAMES.filter((name) => seenSteps.value.has(name)).length;
  if (count < 2) return null;
  return (
    <p class="small quiet step-progress">
      {say("learn.progress", count, STEP_NAMES.length)}{" "}
      <button type="button" class="link" onClick={forgetSeen}>
        {say("learn.progress.forget")}
      </button>
    </p>
  );
}
