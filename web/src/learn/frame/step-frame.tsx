/** The frame of every step: title, text, the interactive part, something to try, and links back and forward. */

import { lessons } from "virtual:lessons";
import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { FilmLink } from "../../film/film-link";
import { language } from "../../language";
import { addresses, courseAddress, courseFile } from "../../project";
import { type PlainKey, say } from "../../sentences/say";
import { Icon } from "../../shared/controls";
import { follow, ViewLink } from "../../shell/view-link";
import {
  addressOfStep,
  goToStep,
  markSeen,
  STEP_NAMES,
  STEPS,
  type StepName,
  seenSteps,
  shownStep,
} from "./steps";
import "../parts.css";

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
        <div class="step-paragraphs stack">
          {paragraphs.split("\n").map((paragraph) => (
            <p key={paragraph}>{paragraph}</p>
          ))}
          {shownStep() === 1 && <FilmCard title="film.watch" />}
        </div>
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

/** A question to answer before trying. */
interface Quest {
  name: StepName;
  /** Needed if the catalogue has no sentences for them. */
  guesses?: readonly string[];
  /** Whether the controls show that the task was done, compared with their state at the guess if needed. */
  isTried: boolean | ((from: number) => boolean);
  /** The state of the controls. */
  position?: number;
  /** Needed if the sentence has values. */
  answer?: string;
}

interface Guessed {
  guess: number;
  isTried: boolean;
  /** The state of the controls at the guess. */
  from: number;
}

/** Until the page is closed. */
const guessed = signal<ReadonlyMap<string, Guessed>>(new Map());

function note(name: string, now: Guessed): void {
  guessed.value = new Map(guessed.peek()).set(name, now);
}

/** Whether what would answer a step's question is covered: until somebody guesses, or changes what was there at first. */
export function useCovered(name: StepName, isUntouched: boolean): boolean {
  const isTouched = useRef(false);
  isTouched.current ||= !isUntouched;
  return !isTouched.current && !guessed.value.has(name);
}

function Guess({ name, position: from = 0, answer, ...quest }: Quest) {
  const { right, guesses: keys = [] } = STEPS[name];
  const guesses = quest.guesses ?? keys.map((key) => say(`learn.${name}.guess.${key}` as PlainKey));
  const made = guessed.value.get(name);
  const isTried =
    typeof quest.isTried === "boolean" ? quest.isTried : made !== undefined && quest.isTried(made.from);
  const isDone = made !== undefined && (made.isTried || isTried);
  useEffect(() => {
    if (made && isTried && !made.isTried) note(name, { ...made, isTried: true });
  }, [name, made, isTried]);
  return (
    <div class="guess">
      <fieldset>
        <legend>
          <strong>{say("learn.guess")}</strong> {say(`learn.${name}.guess`)}
        </legend>
        {guesses.map((guess, index) => (
          <label key={index} class={isDone && index === right ? "right" : ""}>
            <input
              type="radio"
              name={`guess-${name}`}
              checked={made?.guess === index}
              disabled={isDone}
              onChange={() => note(name, { guess: index, isTried: false, from })}
            />
            <span>{guess}</span>
          </label>
        ))}
      </fieldset>
      <p role="status">
        {isDone ? (
          <>
            <b>{say(made.guess === right ? "learn.guess.right" : "learn.guess.wrong")}</b>{" "}
            {answer ?? say(`learn.${name}.guess.answer` as PlainKey)}
          </>
        ) : (
          made && say(`learn.${name}.guess.task`)
        )}
      </p>
    </div>
  );
}

/** The related lesson: its title, as a link if the course is published, else with its file. */
function Lesson({ folder }: { folder: string }) {
  const address = courseAddress(addresses, language.value, folder);
  const title = say("learn.course.title", lessons[folder]?.[language.value] ?? "");
  return (
    <p class="small quiet">
      {say("learn.course")}{" "}
      {address ? (
        <a href={address}>{title}</a>
      ) : (
        <>
          {title}
          <br />
          <code class="lesson" lang="en">
            {courseFile(language.value, folder)}
          </code>
        </>
      )}
    </p>
  );
}

interface StepLinkProperties {
  step: number;
  class?: string;
  /** Whether it is the current step. */
  current?: boolean;
  children: ComponentChildren;
}

/** A link to a step: a real URL, followed without reloading the page. */
function StepLink({ step, current, children, ...rest }: StepLinkProperties) {
  const go = (event: MouseEvent) => follow(event, () => goToStep(step));
  return (
    <a href={addressOfStep(step)} aria-current={current ? "step" : undefined} onClick={go} {...rest}>
      {children}
    </a>
  );
}

/** All steps as dots on a line, those that were opened filled; each is a link. */
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
    </nav>
  );
}

interface FilmCardProperties {
  title: "film.watch" | "film.watch.again";
  /** More about it. */
  text?: string;
}

/** Learn begins and ends with the film: all of its steps in forty seconds, with my digit. */
function FilmCard({ title, text }: FilmCardProperties) {
  return (
    <FilmLink class="film-card">
      <strong>
        <Icon name="play" />
        {say(title)}
      </strong>
      {text && <span class="small quiet">{text}</span>}
    </FilmLink>
  );
}

/** After the last step: where to go from here. */
function Ending() {
  const course = courseAddress(addresses, language.value);
  return (
    <section class="ending" aria-labelledby="ending-title">
      <h2 id="ending-title">{say("learn.ending")}</h2>
      <p>{say("learn.ending.text")}</p>
      <FilmCard title="film.watch.again" text={say("film.watch.text")} />
      <p class="buttons">
        <ViewLink view="write" class="button primary">
          {say("learn.ending.write")}
        </ViewLink>
        <ViewLink view="models" class="button">
          {say("learn.ending.models")}
        </ViewLink>
        {course && (
          <a href={course} class="button">
            {say("learn.ending.course")}
          </a>
        )}
        <StepLink step={1} class="button plain">
          {say("learn.ending.again")}
        </StepLink>
      </p>
    </section>
  );
}
