/** The frame of every step: title, text, the interactive part, something to try, and links back and forward. */
import type { ComponentChildren } from "preact";
import { say } from "../../sentences/say";
import { Guess, type Quest } from "./guess";
import { Lesson } from "./lesson";
import { STEPS, shownStep } from "./step-address";
import { StepLink } from "./step-link";

interface Properties {
  title: string;
  /** One paragraph per line. */
  text: string;
  /** Something to try; preferably a question. */
  prompt: string;
  /** Something to guess before it is tried. */
  quest?: Quest;
  /** The folder of the lesson in the course that goes further. */
  lesson?: string;
  /** Whether the interactive part is taller than a screen, so that the links do not wait at its end. */
  tall?: boolean;
  /** Settings that come before there is anything to see, in the text column. */
  knobs?: ComponentChildren;
  /** The interactive part. */
  children: ComponentChildren;
}

export function StepFrame({ title, text, prompt, quest, lesson, tall = false, knobs, children }: Properties) {
  return (
    <>
      <header class="step-text">
        <h1 tabIndex={-1}>{title}</h1>
        {text.split("\n").map((paragraph) => (
          <p key={paragraph}>{paragraph}</p>
        ))}
      </header>
      {knobs && <div class="knobs">{knobs}</div>}
      <div class={`touchable ${tall ? "tall" : ""}`}>
        {quest && <Guess quest={quest} />}
        {children}
      </div>
      <aside class="prompt" aria-label={say("learn.try")}>
        <p>
          <strong>{say("learn.try")}</strong> {prompt}
        </p>
        {lesson && <Lesson folder={lesson} />}
      </aside>
      <Turn />
    </>
  );
}

function Turn() {
  const shown = shownStep();
  const before = STEPS[shown - 2];
  const next = STEPS[shown];
  return (
    <nav class="turn" aria-label={say("learn.turn")}>
      {before && (
        <StepLink step={shown - 1} class="button plain back">
          <svg viewBox="0 0 20 20" aria-hidden="true">
            <path d="M12 4.500 6.5 10l5.5 5.500" />
          </svg>
          {say("learn.back")}
        </StepLink>
      )}
      {next && (
        <StepLink step={shown + 1} class="button primary next">
          {say("learn.next", say(next))}
          <svg viewBox="0 0 20 20" aria-hidden="true">
            <path d="M8 4.500 13.5 10 8 15.500" />
          </svg>
        </StepLink>
      )}
    </nav>
  );
}
