/** The settings for a run, and the button that starts and stops it. */
import { numberIn } from "../../address";
import { say } from "../../sentences/say";
import { TRAINING } from "../../shapes";
import { whole } from "../format";
import { knob, settle, wholeIn } from "../knob";
import { StopSlider } from "../slider";
import { active, asking, start, stop, stopping } from "./runs";

const BATCH_SIZES = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2000];
const LEARNING_RATES = [
  0.00001, 0.00002, 0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1,
];
const STEPS = [100, 200, 500, 1000, 2000, 5000, 10000, 20000];
const TUTORIAL = {
  batch_size: TRAINING.batch_size.tutorial,
  learning_rate: TRAINING.learning_rate.tutorial,
  steps: TRAINING.steps.tutorial,
};

const batchSize = knob(
  "batch",
  TUTORIAL.batch_size,
  wholeIn(TRAINING.batch_size.least, TRAINING.batch_size.most),
);
const learningRate = knob("rate", TUTORIAL.learning_rate, numberIn(0.00001, 0.1));
const steps = knob("steps", TUTORIAL.steps, wholeIn(TRAINING.steps.least, TRAINING.steps.most));

export function Knobs() {
  const running = active.value;
  const asTutorial =
    batchSize.value === TUTORIAL.batch_size &&
    learningRate.value === TUTORIAL.learning_rate &&
    steps.value === TUTORIAL.steps;
  return (
    <form
      class="train-knobs"
      aria-label={say("learn.train.knobs")}
      onSubmit={(event) => {
        event.preventDefault();
        settle();
        void start({
          batch_size: batchSize.value,
          learning_rate: learningRate.value,
          steps: steps.value,
        });
      }}
    >
      <StopSlider
        label={say("learn.train.batch_size")}
        value={batchSize.value}
        stops={BATCH_SIZES}
        write={(size) => say("learn.train.images", whole(size))}
        onInput={(value) => batchSize.set(value)}
      />
      <StopSlider
        label={say("learn.train.learning_rate")}
        value={learningRate.value}
        stops={LEARNING_RATES}
        write={rateWritten}
        onInput={(value) => learningRate.set(value)}
      />
      <StopSlider
        label={say("learn.train.steps")}
        value={steps.value}
        stops={STEPS}
        write={whole}
        onInput={(value) => steps.set(value)}
      />
      <div class="buttons">
        {running ? (
          <button
            type="button"
            class="button primary"
            disabled={stopping.value === running.id}
            onClick={() => void stop(running.id)}
          >
            {say(stopping.value === running.id ? "learn.train.stopping" : "learn.train.stop")}
          </button>
        ) : (
          <button type="submit" class="button primary" disabled={asking.value}>
            {say("learn.train.start")}
          </button>
        )}
        <button
          type="button"
          class="button plain"
          disabled={asTutorial}
          onClick={() => {
            batchSize.set(TUTORIAL.batch_size);
            learningRate.set(TUTORIAL.learning_rate);
            steps.set(TUTORIAL.steps);
          }}
        >
          {say("learn.train.tutorial")}
        </button>
      </div>
    </form>
  );
}

/** A learning rate without powers of ten: 0.00001. */
export function rateWritten(rate: number): string {
  return Number(rate.toPrecision(6)).toLocaleString("en", { maximumFractionDigits: 10 });
}
