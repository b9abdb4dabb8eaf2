/** After the five steps: real training, live. */
import { useEffect } from "preact/hooks";
import { sizesHere, trainingImages } from "../../edition";
import { STANDARD } from "../../networks/settings";
import { say } from "../../sentences/say";
import { Button, Notice } from "../../shared/controls";
import { ViewLink } from "../../shell/view-link";
import { brief, percent, whole } from "../format";
import { StepFrame } from "../frame/step-frame";
import { AccuracyChart, LossChart } from "../train/curves";
import { failureOf, letterOf, nameOf } from "../train/kept-networks";
import { complete, idOf, ownName, type Result, type Run } from "../train/run";
import { RunList } from "../train/run-list";
import { active, chosen, open, runs, startInPage } from "../train/runs";
import { Knobs } from "../train/settings";
import { WeightImages } from "../weight-images";
import "../train/train.css";

export function TrainStep() {
  useEffect(open, []);
  const run = chosen.value;
  const standard = runs.value.find(({ id }) => id === idOf(complete(STANDARD.softmax)));
  return (
    <StepFrame
      name="train"
      text={say("learn.train.text", whole(trainingImages))}
      isTried={standard?.state === "done"}
      answer={say("learn.train.guess.answer", percent(standard?.result?.accuracy ?? 0))}
      knobs={<Knobs />}
    >
      {run && <Progress run={run} />}
      <div class="train-curves">
        <LossChart runs={runs.value} chosen={run} />
        <AccuracyChart runs={runs.value} chosen={run} />
      </div>
      {runs.value.length > 0 && <RunList />}
      {run?.weights && <WeightImages {...run.weights} />}
      {run?.result && <Ended run={run} result={run.result} />}
      <ByHeart />
    </StepFrame>
  );
}

/** The same settings each time, except the number of images. */
const BY_HEART = sizesHere([10, 100, 1000, 55_000]).map((images) =>
  complete({ ...STANDARD.mlp, steps: 600, images }),
);

/** Overfitting: the same network learns from ever more images. */
function ByHeart() {
  const missing = BY_HEART.filter(
    (settings) => !runs.value.some(({ id, step }) => id === idOf(settings) && step > 0),
  );
  const sizes = BY_HEART.map(({ images }) => whole(Math.min(images, trainingImages)));
  return (
    <section class="stack" aria-labelledby="train-by-heart">
      <h2 id="train-by-heart">{say("learn.train.by-heart")}</h2>
      <p>{say("learn.train.by-heart.text")}</p>
      <div class="buttons">
        <Button
          label={say("learn.train.by-heart.start", sizes.join(" · "))}
          disabled={missing.length === 0 || active.value !== null}
          onClick={() => startInPage(missing)}
        />
      </div>
    </section>
  );
}

export function Progress({ run }: { run: Run }) {
  const { steps } = run.settings;
  const failure = failureOf(run);
  return (
    <div class="train-progress">
      <progress
        max={steps}
        {...(run.state === "starting" ? {} : { value: run.step })}
        aria-label={say("learn.train.progress", letterOf(run))}
      />
      <p class="small numbers">
        <span>
          {run.state === "starting"
            ? say("learn.train.state.loading")
            : say(`learn.train.state.${run.state}`, whole(run.step), whole(steps))}
        </span>{" "}
        {run.batch && (
          <span class="quiet">
            {say(
              "learn.train.batch",
              brief(run.batch.loss),
              brief(run.losses.at(-1)?.[1] ?? 0),
              percent(run.batch.accuracy, 0),
            )}
          </span>
        )}
      </p>
      {failure && <Notice role="alert" text={failure} />}
    </div>
  );
}

/** How a run ended: its accuracy, and where its network can be tried, compared, and seen to fail. */
function Ended({ run, result }: { run: Run; result: Result }) {
  return (
    <section class="train-result stack" aria-labelledby="train-result">
      <h2 id="train-result">
        {say("learn.train.result", `${letterOf(run)} · ${nameOf(run)}`, percent(result.accuracy))}
      </h2>
      <p>{say(`learn.train.result.${result.on}`, whole(result.n), whole(result.wrong))}</p>
      <p class="buttons">
        <ViewLink view="write" parameters={{ model: ownName(run.id) }} class="button primary">
          {say("learn.train.write")}
        </ViewLink>
        <ViewLink view="models" class="button">
          {say("learn.ending.models")}
        </ViewLink>
        <ViewLink view="things" class="button">
          {say("view.things")}
        </ViewLink>
      </p>
    </section>
  );
}
