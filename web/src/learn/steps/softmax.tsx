/** Step 3: scores become probabilities. */
import { numberIn } from "../../address";
import { largestAt } from "../../ink/numbers";
import { say } from "../../sentences/say";
import { Choices } from "../../shared/controls";
import { LEAST, MOST, readScores, scoresOf, softmax, TEN, THREE, textOf, total } from "../concepts";
import { brief, fixed, percent } from "../format";
import { StepFrame } from "../frame/step-frame";
import { knob, Slider } from "../slider";
import "./softmax.css";

const scores = knob("scores", textOf(THREE), readScores);
const added = knob("plus", 0, numberIn(-10, 10));
const factor = knob("times", 1, numberIn(0, 4));

export function SoftmaxStep() {
  const chosen = scoresOf(scores.value);
  const changed = chosen.map((score) => score * factor.value + added.value);
  const probabilities = softmax(changed);
  const enlarged = changed.map(Math.exp);
  const largest = largestAt(probabilities);
  const setScore = (position: number, score: number) => {
    scores.set(textOf(chosen.map((before, index) => (index === position ? score : before))));
  };
  return (
    <StepFrame
      name="softmax"
      isTried={added.value === 5}
      answer={say("learn.softmax.guess.answer", brief(Math.exp(5)))}
    >
      <div class="softmax-choice">
        <HowMany count={chosen.length} />
        {chosen.length === TEN.length && <p class="small quiet">{say("learn.softmax.source")}</p>}
      </div>
      <div class={`softmax ${chosen.length > 3 ? "ten" : ""}`}>
        <div class="softmax-head small quiet" aria-hidden="true">
          <span />
          <span>{say("learn.softmax.score")}</span>
          <span class="of-score" />
          <span class="of-exp">
            e<sup>{say("learn.softmax.score")}</sup>
          </span>
          <span class="of-share">{say("learn.softmax.share")}</span>
        </div>
        {chosen.map((score, index) => (
          <div key={index} class={`softmax-row ${index === largest ? "largest" : ""}`}>
            <span class="of-digit numbers" aria-hidden="true">
              {index}
            </span>
            <Slider
              bare
              label={say("learn.softmax.score.of", index)}
              written={say(
                "learn.softmax.score.written",
                fixed(score, 1),
                percent(probabilities[index] ?? 0),
              )}
              knob={{ value: score, set: (value) => setScore(index, value) }}
              min={LEAST}
              max={MOST}
              step={0.1}
              origin={0}
            />
            <span class="of-score numbers">{fixed(changed[index] ?? 0, 1)}</span>
            <span class="of-exp numbers">{brief(enlarged[index] ?? 0)}</span>
            <span class="share-bar" aria-hidden="true">
              <span style={{ width: `${(probabilities[index] ?? 0) * 100}%` }} />
            </span>
            <span class="of-share numbers">{percent(probabilities[index] ?? 0)}</span>
          </div>
        ))}
        <Together probabilities={probabilities} sum={total(enlarged)} />
      </div>
      <div class="two-sliders">
        <Slider
          label={say("learn.softmax.plus")}
          written={added.value < 0 ? brief(added.value) : `+${brief(added.value)}`}
          knob={added}
          min={-10}
          max={10}
          step={0.5}
          origin={0}
          hint={say("learn.softmax.plus.hint", brief(Math.exp(added.value)))}
        />
        <Slider
          label={say("learn.softmax.times")}
          written={`× ${brief(factor.value)}`}
          knob={factor}
          max={4}
          step={0.1}
          origin={1}
          hint={say("learn.softmax.times.hint")}
        />
      </div>
    </StepFrame>
  );
}

function HowMany({ count }: { count: number }) {
  const choose = (values: readonly number[]) => {
    scores.set(textOf(values));
    added.set(0);
    factor.set(1);
  };
  return (
    <Choices
      name="how-many"
      label={say("learn.softmax.how-many")}
      isLabelHidden
      values={[THREE.length, TEN.length]}
      knob={{ value: count, set: (length) => choose(length === TEN.length ? TEN : THREE) }}
      write={(length) => say(length === TEN.length ? "learn.softmax.ten" : "learn.softmax.three")}
    />
  );
}

/** All probabilities end to end: they always fill the same bar. */
function Together({ probabilities, sum }: { probabilities: readonly number[]; sum: number }) {
  const largest = largestAt(probabilities);
  return (
    <div class="softmax-row softmax-sum">
      <span />
      <span class="quiet">{say("learn.softmax.sum")}</span>
      <span class="of-exp numbers">{brief(sum)}</span>
      <span class="share-bar whole" aria-hidden="true">
        {probabilities.map((probability, index) => (
          <span
            key={index}
            class={index === largest ? "" : "other"}
            style={{ width: `${probability * 100}%` }}
          />
        ))}
      </span>
      <span class="of-share numbers">{percent(total(probabilities))}</span>
    </div>
  );
}
