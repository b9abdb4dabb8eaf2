/** The settings for a run, and the button that starts and stops it. */
import { computed } from "@preact/signals";
import { change, numberIn, oneOf, parameter, query } from "../../address";
import { sizesHere, trainingImages } from "../../edition";
import { LIMITS, NETWORKS, type NetworkName, type Settings, STANDARD } from "../../networks/settings";
import { say } from "../../sentences/say";
import { Button, Choices } from "../../shared/controls";
import { whole } from "../format";
import { knob, Slider, StopSlider, settle, wholeIn } from "../slider";
import { rateWritten } from "./kept-networks";
import { complete } from "./run";
import { active, startInPage, stop, stopping } from "./runs";

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
  const all = [<Sliders key="sliders" />, <More key="more" />];
  return (
    <form
      class="train-knobs stack"
      aria-label={say("learn.train.knobs")}
      onSubmit={(event) => {
        event.preventDefault();
        settle();
        startInPage([chosenSettings()]);
        // the curves are below the fold there, and further down once the progress is above them
        const show = () => document.querySelector(".train-chart")?.scrollIntoView({ block: "nearest" });
        if (narrow.matches) requestAnimationFrame(show);
      }}
    >
      <Networks />
      <Buttons />
      {narrow.matches ? (
        <details class="train-more">
          <summary>{say("learn.train.knobs")}</summary>
          {all}
        </details>
      ) : (
        all
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
      <StopSlider label={say("learn.rate")} knob={learningRate} stops={LEARNING_RATES} write={rateWritten} />
      <StopSlider label={say("learn.train.steps")} knob={steps} stops={STEPS} write={whole} />
    </>
  );
}

function Networks() {
  return (
    <Choices
      name="network"
      label={say("learn.train.network")}
      isLabelHidden
      values={NETWORKS}
      knob={network}
      write={(name) => say(`learn.train.network.${name}`)}
    />
  );
}

/** What few need. */
function More() {
  const standard = network.value === "softmax" ? "sgd" : "adam";
  return (
    <details class="train-more">
      <summary>{say("learn.train.more")}</summary>
      <div class="train-knobs stack">
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
        <Slider label={say("learn.train.seed")} knob={seed} max={Math.max(20, seed.value)} />
      </div>
    </details>
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
          onClick={() => stop(running.id)}
        />
      ) : (
        <button type="submit" class="button primary">
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

const network = parameter<NetworkName>("network", "softmax", oneOf(NETWORKS));
const optimizer = parameter("optimizer", "", oneOf(["sgd", "adam"]));

const STANDARD_VALUE = -1;

/** A number whose standard depends on the network. */
function adjustable(name: string, read: (text: string) => number | null, standard: () => number) {
  const held = knob(name, STANDARD_VALUE, read);
  return {
    get value() {
      return held.value === STANDARD_VALUE ? standard() : held.value;
    },
    set: (value: number) => held.set(value === standard() ? STANDARD_VALUE : value),
  };
}

const wholeWithin = ({ min, max }: { min: number; max: number }) => wholeIn(min, max);
const standardOf = (name: "batch_size" | "learning_rate" | "steps") => () => STANDARD[network.value][name];

const batchSize = adjustable("batch", wholeWithin(LIMITS.batch_size), standardOf("batch_size"));
const learningRate = adjustable(
  "rate",
  numberIn(1e-5, LIMITS.learning_rate.max),
  standardOf("learning_rate"),
);
const steps = adjustable("steps", wholeWithin(LIMITS.steps), standardOf("steps"));
const seed = adjustable("seed", wholeWithin(LIMITS.seed), () => 0);
const hidden = adjustable("hidden", wholeWithin(LIMITS.hidden), () => STANDARD.mlp.hidden);
const depth = adjustable("depth", wholeWithin(LIMITS.depth), () => 1);
const images = adjustable("images", wholeWithin(LIMITS.images), () => STANDARD.softmax.images);

function chosenSettings(): Settings {
  const standard = STANDARD[network.value];
  const layered = network.value === "mlp" ? { hidden: hidden.value, depth: depth.value } : {};
  return complete({
    ...standard,
    ...layered,
    batch_size: batchSize.value,
    learning_rate: learningRate.value,
    steps: steps.value,
    seed: seed.value,
    images: images.value,
    optimizer: optimizer.value === "" ? standard.optimizer : (optimizer.value as Settings["optimizer"]),
  });
}

const NAMES = ["batch", "rate", "steps", "seed", "hidden", "depth", "images", "optimizer"];

/** Back to the network's standard settings. */
function resetSettings(): void {
  change(Object.fromEntries(NAMES.map((name) => [name, null])));
}

/** Whether the settings are the network's defaults, which the address omits. */
const isStandard = computed(() => NAMES.every((name) => !query.value.has(name)));
