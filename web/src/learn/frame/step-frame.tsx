/** The frame of every step: title, text, the interactive part, something to try, and links back and forward. */
import type { ComponentChildren } from "preact";
import { type PlainKey, say } from "../../sentences/say";
import { Icon } from "../../shared/icons";
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
          <Icon name="back" />
          {say("learn.back")}
        </StepLink>
      )}
      {next && (
        <StepLink step={shown + 1} class="button primary next">
          {say("learn.next", say(`learn.${next}`))}
          <Icon name="next" />
        </StepLink>
      )}
    </nav>
  );
}
