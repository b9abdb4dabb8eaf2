/** Backpropagation: one digit forward through one hidden layer, and the blame for the loss back to every weight. */

import { useRef, useState } from "preact/hooks";
import { PIXELS } from "../../data/image";
import { FilmLink } from "../../film/film-link";
import type { Network } from "../../networks/network";
import { say } from "../../sentences/say";
import { Button } from "../../shared/button";
import { Choices } from "../../shared/choices";
import { Pixels } from "../../shared/pixels";
import { readAs, shownDigit } from "../digit/digit";
import { DigitChoice } from "../digit/digit-choice";
import { fixed, percent, whole } from "../format";
import { StepFrame } from "../frame/step-frame";
import { knob, wholeIn } from "../knob";
import { Slider } from "../slider";
import { BackFlow } from "./back-flow";
import { firstNetwork, NEURONS, stepDown, templatesOf, traced } from "./trace";
import "./backprop.css";

const RATE = 0.02;
const AS_READ = -1;
const [TRIED, SURE] = [20, 0.9]; // steps and probability that the guess asks about

const neuron = knob("neuron", 0, wholeIn(0, NEURONS - 1));
/** The label of the user's own digit, if it was misread. */
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
        <Slider label={say("learn.backprop.meant")} knob={{ value: mine, set: meant.set }} max={9} />
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
      <Choices
        name="neuron"
        label={say("learn.backprop.neuron")}
        values={trace.hidden.map((_, index) => index)}
        knob={neuron}
        write={(index) => index + 1}
      />
      <BackFlow trace={trace} label={label} neuron={chosen} />
      <div class="buttons">
        <Button look="primary" label={say("learn.backprop.step")} onClick={() => step(image, label, 1)} />
        <Button label={say("learn.backprop.steps")} onClick={() => step(image, label, 20)} />
        <Button look="plain" label={say("learn.rate.restart")} disabled={steps === 0} onClick={restart} />
      </div>
      <p class="numbers" role="status">
        {say("learn.backprop.state", whole(steps), fixed(trace.loss, 3), percent(probability))}
      </p>
      <FilmLink stop="gradient">{say("film.watch.back")}</FilmLink>
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
