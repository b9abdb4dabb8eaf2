/** After the five steps: real training, live. */

import { useEffect } from "preact/hooks";
import { sizesHere, trainingImages } from "../../edition";
import { STANDARD } from "../../networks/training/settings";
import { say } from "../../sentences/say";
import { Button } from "../../shared/button";
import { Notice } from "../../shared/notice";
import { percent, whole } from "../format";
import { StepFrame } from "../frame/step-frame";
import { AccuracyChart, LossChart } from "./charts/curves";
import { Knobs } from "./knobs";
import { Idle, Progress } from "./progress";
import { Result } from "./result";
import { RunList } from "./run-list";
import { complete, idOf } from "./runs/identity";
import { active, chosen, close, hidden, open, runs, startInPage, trouble, watch } from "./runs/runs";
import { TakeAway } from "./take-away";
import { TryRuns } from "./try-runs";
import { WeightImages } from "./weight-images";
import "./train.css";
import "./runs.css";

export function TrainStep() {
  useEffect(() => {
    open();
    return close;
  }, []);
  const run = chosen.value;
  const drawn = runs.value.filter((candidate) => !hidden.value.has(candidate.id));
  const standard = runs.value.find(({ id }) => id === idOf(complete(STANDARD.softmax)));
  const here = runs.value.filter(({ where, step }) => where === "page" && step > 0);
  return (
    <StepFrame
      name="train"
      text={say("learn.train.text", whole(trainingImages))}
      isTried={standard?.state === "done"}
      answer={say("learn.train.guess.answer", percent(standard?.result?.accuracy ?? 0))}
      knobs={<Knobs />}
    >
      <Trouble />
      {run ? <Progress run={run} /> : <Idle />}
      <div class="train-curves">
        <LossChart runs={drawn} chosen={run} />
        <AccuracyChart runs={drawn} chosen={run} />
      </div>
      {runs.value.length > 0 && <RunList />}
      {run && <TakeAway key={run.id} run={run} />}
      <WeightImages run={run} />
      {here.length > 0 && <TryRuns runs={here} />}
      <ByHeart />
      {run?.result && <Result run={run} result={run.result} />}
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

function Trouble() {
  if (!trouble.value) return null;
  const { sentence, running } = trouble.value;
  return (
    <Notice role="alert" text={sentence}>
      {running && <Button label={say("learn.train.watch")} onClick={() => watch(running)} />}
    </Notice>
  );
}
