/** The frame of every step: title, text, the interactive part, something to try, and links back and forward. */
import type { ComponentChildren } from "preact";
import { type PlainKey, say } from "../../sentences/say";
import { Ending } from "./ending";
import { FilmCard } from "./film-card";
import { Guess, type Quest } from "./guess";
import { Lesson } from "./lesson";
import { shownStep } from "./step-address";
import { StepLink } from "./step-link";
import { STEP_NAMES, STEPS } from "./steps";

interface Properties extends Quest {
  /** One paragraph per line; needed if the sentence has values. */
  text?: string;
  /** Settings to show before the interactive part, in the text column. */
  knobs?: ComponentChildren;
  /** The interactive part. */
  children: ComponentChildren;
}

export function StepFrame({ text, knobs, children, ...quest }: Properties) {
  const { name } = quest;
  const { lesson, isLow = false } = STEPS[name];
  const paragraphs = text ?? say(`learn.${name}.text` as PlainKey);
  return (
    <>
      <header class="step-text">
        <h1 tabIndex={-1}>{say(`learn.${name}.title`)}</h1>
        {paragraphs.split("\n").map((paragraph) => (
          <p key={paragraph}>{paragraph}</p>
        ))}
        {shownStep() === 1 && <FilmCard title="film.watch" />}
      </header>
      {knobs && <div class="knobs">{knobs}</div>}
      <div class={`touchable ${isLow ? "" : "tall"}`}>
        <Guess {...quest} />
        {children}
      </div>
      <aside class="prompt" aria-label={say("learn.try")}>
        <p>
          <strong>{say("learn.try")}</strong> {say(`learn.${name}.try`)}
        </p>
        <Lesson folder={lesson} />
      </aside>
      <Turn />
      {shownStep() === STEP_NAMES.length && <Ending />}
    </>
  );
}

function Turn() {
  const shown = shownStep();
  const before = STEP_NAMES[shown - 2];
  const next = STEP_NAMES[shown];
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
          {say("learn.next", say(`learn.${next}`))}
          <svg viewBox="0 0 20 20" aria-hidden="true">
            <path d="M8 4.500 13.5 10 8 15.500" />
          </svg>
        </StepLink>
      )}
    </nav>
  );
}
