/** Backpropagation: one digit forward through one hidden layer, and the blame for the loss back to every weight. */

import { useRef, useState } from "preact/hooks";
import { PIXELS } from "../../data/image";
import type { Network } from "../../networks/network";
import { say } from "../../sentences/say";
import { Button } from "../../shared/button";
import { Pixels } from "../../shared/pixels";
import { readAs, shownDigit } from "../digit/digit";
import { DigitChoice } from "../digit/digit-choice";
import { fixed, percent, whole } from "../format";
import { StepFrame } from "../frame/step-frame";
import { knob, wholeIn } from "../knob";
import { Slider } from "../slider";
import { firstNetwork, NEURONS, stepDown, type Trace, templatesOf, traced } from "./trace";
import "./backprop.css";

const RATE = 0.02;
const AS_READ = -1;
const [TRIED, SURE] = [20, 0.9]; // what the guess is about: so many steps, so high a probability

const neuron = knob("neuron", 0, wholeIn(0, NEURONS - 1));
/** The label of my own digit, if it is not what it was read as. */
const meant = knob("meant", AS_READ, wholeIn(0, 9));

export function BackpropStep() {
  const shown = shownDigit.value;
  const image = shown?.image ?? new Uint8Array(PIXELS);
  const mine = meant.value === AS_READ ? (readAs.value ?? 0) : meant.value;
  const label = shown?.label ?? mine;
  const { network, steps, step, restart } = useNetwork();
  const trace = traced(network, image, label);
  const chosen = neuron.value;
  const probability = trace.probabilities[label] ?? 0;
  return (
    <StepFrame
      name="backprop"
      isTried={steps >= TRIED && probability > SURE}
      answer={say("learn.backprop.guess.answer", percent(probability))}
    >
      <DigitChoice />
      {shown?.label === null && (
        <Slider
          label={say("learn.backprop.meant")}
          value={mine}
          min={0}
          max={9}
          step={1}
          written={String(mine)}
          onInput={(value) => meant.set(value)}
        />
      )}
      <div class="backprop-pictures">
        <Picture values={image} palette="ink" caption={say("learn.digit.looked-at")} />
        <Picture
          values={templatesOf(network)[chosen] ?? []}
          palette="signed"
          caption={say("learn.backprop.weights", chosen + 1)}
        />
        <Picture
          values={(trace.weightGradients[chosen] ?? new Float32Array()).map((value) => -value)}
          palette="signed"
          caption={say("learn.backprop.change", chosen + 1)}
        />
      </div>
      <Hidden trace={trace} />
      <Output trace={trace} label={label} />
      <div class="buttons">
        <Button look="primary" label={say("learn.backprop.step")} onClick={() => step(image, label, 1)} />
        <Button label={say("learn.backprop.steps")} onClick={() => step(image, label, 20)} />
        <Button look="plain" label={say("learn.rate.restart")} disabled={steps === 0} onClick={restart} />
      </div>
      <p class="numbers" role="status">
        {say("learn.backprop.state", whole(steps), fixed(trace.loss, 3), percent(probability))}
      </p>
    </StepFrame>
  );
}

interface PictureProperties {
  values: Uint8Array | Float32Array | readonly number[];
  palette: "ink" | "signed";
  caption: string;
}

function Picture({ caption, ...rest }: PictureProperties) {
  return (
    <figure>
      <Pixels label={caption} {...rest} />
      <figcaption class="small quiet">{caption}</figcaption>
    </figure>
  );
}

/** The hidden neurons: what they answered, and what the loss wants from them. */
function Hidden({ trace }: { trace: Trace }) {
  return (
    <div class="backprop-frame">
      <table class="backprop numbers">
        <caption>{say("learn.backprop.hidden")}</caption>
        <tbody>
          <tr>
            <th scope="row">{say("learn.backprop.neuron")}</th>
            {trace.hidden.map((_, index) => (
              <td key={index}>
                <button
                  type="button"
                  aria-pressed={index === neuron.value}
                  aria-label={say("learn.train.weights.neurons.of", index + 1)}
                  onClick={() => neuron.set(index)}
                >
                  {index + 1}
                </button>
              </td>
            ))}
          </tr>
          <Row name={say("learn.backprop.answer")} values={trace.hidden} />
          <Row name={say("learn.backprop.gradient")} values={trace.hiddenGradient} signed />
        </tbody>
      </table>
    </div>
  );
}

/** The ten digits: probability, label, and the difference that goes back. */
function Output({ trace, label }: { trace: Trace; label: number }) {
  return (
    <div class="backprop-frame">
      <table class="backprop numbers">
        <caption>{say("learn.backprop.output")}</caption>
        <tbody>
          <tr>
            <th scope="row">{say("learn.loss.digit")}</th>
            {trace.probabilities.map((_, digit) => (
              <th key={digit} scope="col">
                {digit}
              </th>
            ))}
          </tr>
          <Row name={say("learn.loss.output")} values={trace.probabilities} />
          <Row
            name={say("learn.loss.label")}
            values={trace.probabilities.map((_, digit) => Number(digit === label))}
          />
          <Row name={say("learn.backprop.difference")} values={trace.gradient} signed />
        </tbody>
      </table>
    </div>
  );
}

function Row({
  name,
  values,
  signed = false,
}: {
  name: string;
  values: readonly number[];
  signed?: boolean;
}) {
  return (
    <tr>
      <th scope="row">{name}</th>
      {values.map((value, index) => (
        <td key={index} class={signed && value > 0.005 ? "down" : signed && value < -0.005 ? "up" : ""}>
          {fixed(value, Math.abs(value) < 0.005 || Number.isInteger(value) ? 0 : 2)}
        </td>
      ))}
    </tr>
  );
}

function useNetwork() {
  const held = useRef<Network | null>(null);
  held.current ??= firstNetwork();
  const network = held.current;
  const [steps, setSteps] = useState(0);
  return {
    network,
    steps,
    step: (image: Uint8Array, label: number, count: number) => {
      for (let step = 0; step < count; step++) {
        traced(network, image, label);
        stepDown(network, RATE);
      }
      setSteps(steps + count);
    },
    restart: () => {
      held.current = firstNetwork();
      setSteps(0);
    },
  };
}
