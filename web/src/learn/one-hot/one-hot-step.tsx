/** Step 2: the correct answer as a row of ten, and why it is not simply the number. */
import { parameter } from "../../address";
import { say } from "../../sentences/say";
import { Pixels } from "../../shared/pixels";
import { oneHot, squaredError } from "../concepts";
import { StepFrame } from "../frame/step-frame";
import { wholeIn } from "../knob";
import { imageOf } from "../pixels/digits";
import "./one-hot.css";

// the lesson's example
const digit = parameter("digit", 3, wholeIn(0, 9));
const DIGITS = Array.from({ length: 10 }, (_, index) => index);

export function OneHotStep() {
  const chosen = digit.value;
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
}

/** A bar for each answer: how wrong it would be. */
function Mistakes({ title, formula, label, chosen, error }: MistakesProperties) {
  const most = Math.max(...DIGITS.map(error));
  return (
    <figure class="mistake-bars">
      <figcaption>
        <strong>{title}</strong> <span class="small quiet">{formula}</span>
      </figcaption>
      <div class="ten-columns" role="img" aria-label={`${label} ${DIGITS.map(error).join(", ")}`}>
        {DIGITS.map((answer) => (
          <div key={answer} class={answer === chosen ? "right" : ""} aria-hidden="true">
            <span class="mistake-value numbers">{error(answer)}</span>
            <span class="mistake-bar" style={{ height: `${(error(answer) / most) * 5}rem` }} />
            <span class="mistake-answer numbers">{answer}</span>
          </div>
        ))}
      </div>
    </figure>
  );
}
