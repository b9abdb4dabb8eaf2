/** The settings for a run, and the button that starts and stops it. */

import { sizesHere, trainingImages } from "../../edition";
import { NETWORKS } from "../../networks/training/settings";
import { say } from "../../sentences/say";
import { Button } from "../../shared/button";
import { Check, Choices } from "../../shared/choices";
import { whole } from "../format";
import { settle } from "../knob";
import { Slider, StopSlider } from "../slider";
import { rateWritten } from "./runs/naming";
import { active, asking, startInPage, startOnService, stop, stopping } from "./runs/runs";
import {
  augment,
  batchSize,
  chosenRequest,
  chosenSettings,
  depth,
  ENGINES,
  engine,
  hidden,
  images,
  isStandard,
  learningRate,
  network,
  optimizer,
  RECIPE_NAMES,
  recipe,
  resetSettings,
  seed,
  seeds,
  steps,
} from "./settings";

const BATCH_SIZES = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2000];
const LEARNING_RATES = [
  ...[0.00001, 0.00002, 0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005],
  ...[0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100],
];
const STEPS = [100, 200, 500, 1000, 2000, 5000, 10000, 20000];
const IMAGES = [10, 100, 1000, 10000, 55000];
const HIDDEN = [2, 4, 8, 16, 32, 64, 128, 256, 512];

/** On a phone the settings are folded, so that training can be seen. */
const narrow = matchMedia("(width < 40rem)");

export function Knobs() {
  return (
    <form
      class="train-knobs stack"
      aria-label={say("learn.train.knobs")}
      onSubmit={(event) => {
        event.preventDefault();
        settle();
        begin();
        // the curves are below the fold there
        if (narrow.matches) document.querySelector(".train-chart")?.scrollIntoView({ block: "nearest" });
      }}
    >
      <Networks />
      {narrow.matches ? (
        <>
          <Buttons />
          <details class="train-more">
            <summary>{say("learn.train.knobs")}</summary>
            <Sliders />
            <More />
          </details>
        </>
      ) : (
        <>
          <Sliders />
          <More />
          <Buttons />
        </>
      )}
    </form>
  );
}

function Sliders() {
  return (
    <>
      <StopSlider
        label={say("learn.train.batch_size")}
        knob={batchSize}
        stops={BATCH_SIZES}
        write={(size) => say("learn.train.images", whole(size))}
      />
      <StopSlider
        label={say("learn.train.learning_rate")}
        knob={learningRate}
        stops={LEARNING_RATES}
        write={rateWritten}
      />
      <StopSlider label={say("learn.train.steps")} knob={steps} stops={STEPS} write={whole} />
    </>
  );
}

/** Start a training with the settings; in the page, one run for each seed. */
function begin(): void {
  if (engine.value === "tensorflow") {
    void startOnService(chosenRequest());
    return;
  }
  const settings = chosenSettings();
  startInPage(
    Array.from({ length: seeds.value }, (_, index) => ({ ...settings, seed: settings.seed + index })),
  );
}

function Networks() {
  const shared = { label: say("learn.train.network"), isLabelHidden: true };
  if (engine.value === "tensorflow")
    return <Choices {...shared} name="recipe" values={RECIPE_NAMES} knob={recipe} />;
  return (
    <Choices
      {...shared}
      name="network"
      values={NETWORKS}
      knob={network}
      write={(name) => say(`learn.train.network.${name}`)}
    />
  );
}

function More() {
  return (
    <details class="train-more">
      <summary>{say("learn.train.more")}</summary>
      <div class="train-knobs stack">
        {engine.value === "page" && <OfThePage />}
        <Slider label={say("learn.train.seed")} knob={seed} max={Math.max(20, seed.value)} />
        <Choices
          name="engine"
          label={say("learn.train.engine")}
          values={ENGINES}
          knob={engine}
          write={(name) => say(`learn.train.engine.${name}`)}
        />
      </div>
    </details>
  );
}

/** Settings that only the page's own training has. */
function OfThePage() {
  const standard = network.value === "softmax" ? "sgd" : "adam";
  return (
    <>
      {network.value === "mlp" && (
        <>
          <StopSlider label={say("learn.train.hidden")} knob={hidden} stops={HIDDEN} write={whole} />
          <Slider label={say("learn.train.depth")} knob={depth} min={1} max={4} />
        </>
      )}
      <StopSlider
        label={say("learn.train.data")}
        knob={images}
        stops={sizesHere(IMAGES)}
        write={(size) => whole(Math.min(size, trainingImages))}
      />
      <Choices
        name="optimizer"
        label={say("learn.train.optimizer")}
        values={["sgd", "adam"] as const}
        knob={{
          value: optimizer.value || standard,
          set: (name) => optimizer.set(name === standard ? "" : name),
        }}
        write={(name) => say(`learn.train.optimizer.${name}`)}
      />
      <Check
        label={say("learn.train.augment")}
        isOn={augment.value === "squeeze"}
        onChange={(isOn) => augment.set(isOn ? "squeeze" : "")}
      />
      <Slider
        label={say("learn.train.seeds")}
        knob={seeds}
        min={1}
        max={5}
        hint={say("learn.train.seeds.hint")}
      />
    </>
  );
}

function Buttons() {
  const running = active.value;
  return (
    <div class="buttons">
      {running ? (
        <Button
          look="primary"
          label={say(stopping.value === running.id ? "learn.train.stopping" : "learn.train.stop")}
          disabled={stopping.value === running.id}
          onClick={() => void stop(running.id)}
        />
      ) : (
        <button type="submit" class="button primary" disabled={asking.value}>
          {say("learn.train.start")}
        </button>
      )}
      <Button
        look="plain"
        label={say("learn.train.tutorial")}
        disabled={isStandard.value}
        onClick={resetSettings}
      />
    </div>
  );
}
