/** All steps as dots on a line, those that were opened filled; each is a link. */
import { useEffect } from "preact/hooks";
import { say } from "../../sentences/say";
import { forgetSeen, markSeen, seenSteps } from "./progress";
import { nameOf, STEPS, shownStep } from "./step-address";
import { StepLink } from "./step-link";

export function StepList() {
  const shown = shownStep();
  const current = STEPS[shown - 1];
  const name = current ? nameOf(current) : "";
  useEffect(() => markSeen(name), [name]);
  const seen = seenSteps.value;
  return (
    <nav class="step-list" aria-label={say("learn.steps")}>
      <ol class="step-dots">
        {STEPS.map((key, index) => {
          const step = index + 1;
          const isSeen = step === shown || seen.has(nameOf(key));
          return (
            <li key={key} class={isSeen ? "reached" : ""}>
              <StepLink step={step} current={step === shown}>
                <span class="step-dot" aria-hidden="true" />
                <span class="step-name">{say(key)}</span>
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
  const count = STEPS.filter((key) => seenSteps.value.has(nameOf(key))).length;
  if (count < 2) return null;
  return (
    <p class="small quiet step-progress">
      {say("learn.progress", count, STEPS.length)}{" "}
      <button type="button" class="link" onClick={forgetSeen}>
        {say("learn.progress.forget")}
      </button>
    </p>
  );
}
