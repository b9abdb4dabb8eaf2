/** Ask for a guess, notice when the user has tried it, then explain the result. */
import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { type PlainKey, say } from "../../sentences/say";
import { STEPS, type StepName } from "./steps";

/** A question to answer before trying. */
export interface Quest {
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

export function Guess({ name, position: from = 0, answer, ...quest }: Quest) {
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
