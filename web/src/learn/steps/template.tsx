/** xw + b: a digit times a template, summed pixel by pixel. */
import { useEffect, useState } from "preact/hooks";
import { PIXELS } from "../../data/image";
import { largestMagnitude } from "../../ink/numbers";
import { say } from "../../sentences/say";
import { Button } from "../../shared/controls";
import { Pixels } from "../../shared/pixels";
import { shownDigit } from "../digit/digit";
import { DigitChoice } from "../digit/digit-choice";
import { biasOf, productsOf, scoresOf, sumUpTo, templateOf } from "../digit/examples";
import { fixed } from "../format";
import { StepFrame } from "../frame/step-frame";
import { knob, Slider, still, wholeIn } from "../slider";
import { PixelGrid } from "./pixels";
import "./template.css";

const PACE = 14; // pixels summed in each turn, half a row
const TURN = 40; // milliseconds

const template = knob("template", 7, wholeIn(0, 9));
const summed = knob("summed", PIXELS, wholeIn(0, PIXELS));

export function TemplateStep() {
  const image = shownDigit.value?.image ?? new Uint8Array(PIXELS);
  const digit = template.value;
  const weights = templateOf(digit);
  const count = summed.value;
  const { running, toggle } = useSumming();
  return (
    <StepFrame name="template" isTried={count < PIXELS}>
      <DigitChoice />
      <div class="template-row">
        <figure>
          <PixelGrid
            values={image}
            label={say("learn.digit.looked-at")}
            chosen={Math.max(count - 1, 0)}
            numbers={false}
            onChoose={(pixel) => summed.set(pixel + 1)}
          />
          <figcaption>{say("learn.template.x")}</figcaption>
        </figure>
        <span class="template-sign" aria-hidden="true">
          ×
        </span>
        <figure>
          <Pixels values={weights} palette="signed" label={say("learn.train.weights.templates.of", digit)} />
          <figcaption>{say("learn.template.w", digit)}</figcaption>
        </figure>
        <span class="template-sign" aria-hidden="true">
          =
        </span>
        <figure>
          <Pixels
            values={productsOf(image, weights, count)}
            palette="signed"
            full={largestMagnitude(weights)}
            label={say("learn.template.product.label", count)}
          />
          <figcaption>{say("learn.template.product")}</figcaption>
        </figure>
      </div>
      <Sum image={image} weights={weights} count={count} digit={digit} />
      <div class="template-knobs">
        <Slider
          label={say("learn.template.summed")}
          knob={summed}
          max={PIXELS}
          written={say("learn.template.of", count)}
        />
        <Button label={say(running ? "learn.rate.pause" : "learn.template.play")} onClick={toggle} />
      </div>
      <Scores image={image} chosen={digit} />
    </StepFrame>
  );
}

interface SumProperties {
  image: Uint8Array;
  weights: Float32Array;
  count: number;
  digit: number;
}

/** The last product, the sum so far and, at the end, the score. */
function Sum({ image, weights, count, digit }: SumProperties) {
  const last = Math.max(count - 1, 0);
  const [value, weight] = [(image[last] ?? 0) / 255, weights[last] ?? 0];
  const sum = sumUpTo(image, weights, count);
  return (
    <p class="template-sum numbers" role="status">
      <span>
        {say("learn.template.pixel", count, fixed(value, 2), fixed(weight, 3), fixed(value * weight, 3))}
      </span>
      <span>
        {say("learn.template.sum")} <b>{fixed(sum, 3)}</b>
      </span>
      {count === PIXELS && (
        <span>
          {say("learn.template.score", digit, fixed(biasOf(digit), 3), fixed(sum + biasOf(digit), 3))}
        </span>
      )}
    </p>
  );
}

/** The ten scores; each chooses its template. */
function Scores({ image, chosen }: { image: Uint8Array; chosen: number }) {
  const scores = scoresOf(image);
  const most = Math.max(...scores.map(Math.abs), 1);
  const best = scores.indexOf(Math.max(...scores));
  return (
    <div>
      <h2>{say("learn.template.scores")}</h2>
      <ul class="template-scores">
        {scores.map((score, digit) => (
          <li key={digit} class={digit === best ? "best" : ""}>
            <button type="button" aria-pressed={digit === chosen} onClick={() => template.set(digit)}>
              <span class="for-screen-readers">{say("learn.template.choose", digit, fixed(score, 2))}</span>
              <span class="numbers" aria-hidden="true">
                {digit}
              </span>
              <span class="template-bar" aria-hidden="true">
                <span
                  class={score < 0 ? "against" : ""}
                  style={{
                    left: `${score < 0 ? 50 - (50 * -score) / most : 50}%`,
                    width: `${(50 * Math.abs(score)) / most}%`,
                  }}
                />
              </span>
              <span class="numbers" aria-hidden="true">
                {fixed(score, 2)}
              </span>
            </button>
          </li>
        ))}
      </ul>
      <p class="small quiet">{say("learn.template.source")}</p>
    </div>
  );
}

/** Adds pixel after pixel, from the first one on. */
function useSumming() {
  const [running, setRunning] = useState(false);
  const count = summed.value;
  useEffect(() => {
    if (!running) return;
    const timer = setTimeout(
      () => {
        const next = still.matches ? PIXELS : Math.min(count + PACE, PIXELS);
        summed.set(next);
        if (next === PIXELS) setRunning(false);
      },
      still.matches ? 0 : TURN,
    );
    return () => clearTimeout(timer);
  }, [running, count]);
  const toggle = () => {
    if (!running && count === PIXELS) summed.set(0);
    setRunning(!running);
  };
  return { running, toggle };
}
