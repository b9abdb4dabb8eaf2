/** Step 2: the correct answer as a row of ten, and why it is not simply the number. */
import { parameter } from "../../address";
import { say } from "../../sentences/say";
import { Pixels } from "../../shared/pixels";
import { oneHot, squaredError } from "../concepts";
import { useCovered } from "../frame/guess";
import { StepFrame } from "../frame/step-frame";
import { wholeIn } from "../knob";
import { imageOf } from "../pixels/digits";
import "./one-hot.css";

// the lesson's example
const FIRST = 3;
const digit = parameter("digit", FIRST, wholeIn(0, 9));
const DIGITS = Array.from({ length: 10 }, (_, index) => index);

export function OneHotStep() {
  const chosen = digit.value;
  const isCovered = useCovered("one-hot", chosen === FIRST);
  return (
    <StepFrame name="one-hot" isTried={chosen === 1}>
      <div class="one-hot">
        <Pixels
          class="one-hot-picture"
          values={imageOf(chosen).values}
          palette="ink"
          label={say("learn.one-hot.picture", chosen)}
        />
        <p class="one-hot-caption">{say("learn.one-hot.written", chosen)}</p>
        <fieldset class="one-hot-row">
          <legend class="for-screen-readers">{say("learn.one-hot.choose")}</legend>
          {oneHot(chosen).map((value, index) => (
            <label key={index}>
              <input
                type="radio"
                class="covering"
                name="digit"
                aria-label={String(index)}
                checked={index === chosen}
                onChange={() => digit.set(index)}
              />
              <span class="one-hot-value numbers">{value}</span>
              <span class="one-hot-place numbers" aria-hidden="true">
                {index}
              </span>
            </label>
          ))}
        </fieldset>
        <h2>{say("learn.one-hot.question", chosen)}</h2>
        <Mistakes
          title={say("learn.one-hot.as-number")}
          formula={say("learn.one-hot.as-number.formula", chosen)}
          label={say("learn.one-hot.as-number.label", chosen)}
          chosen={chosen}
          error={(answer) => (chosen - answer) ** 2}
        />
        <Mistakes
          title={say("learn.one-hot.as-row")}
          formula={say("learn.one-hot.as-row.formula")}
          label={say("learn.one-hot.as-row.label", chosen)}
          chosen={chosen}
          error={(answer) => squaredError(oneHot(chosen), oneHot(answer))}
          isCovered={isCovered}
        />
      </div>
    </StepFrame>
  );
}

interface MistakesProperties {
  title: string;
  formula: string;
  /** A text alternative for the bars. */
  label: string;
  chosen: number;
  error: (answer: number) => number;
  /** Whether the errors of wrong answers are not shown yet. */
  isCovered?: boolean;
}

/** A bar for each answer: how wrong it would be. */
function Mistakes({ title, formula, label, chosen, error, isCovered = false }: MistakesProperties) {
  const spoken = isCovered ? say("learn.guess.covered") : DIGITS.map(error).join(", ");
  const most = Math.max(...DIGITS.map(error));
  return (
    <figure class="mistake-bars">
      <figcaption>
        <strong>{title}</strong> <span class="small quiet">{formula}</span>
        {isCovered && <span class="small">{spoken}</span>}
      </figcaption>
      <div class="ten-columns" role="img" aria-label={`${label} ${spoken}`}>
        {DIGITS.map((answer) => {
          const value = isCovered && answer !== chosen ? null : error(answer);
          return (
            <div key={answer} class={answer === chosen ? "right" : ""} aria-hidden="true">
              <span class="mistake-value numbers">{value ?? "?"}</span>
              <span class="mistake-bar" style={{ height: `${((value ?? 0) / most) * 5}rem` }} />
              <span class="mistake-answer numbers">{answer}</span>
            </div>
          );
        })}
      </div>
    </figure>
  );
}
