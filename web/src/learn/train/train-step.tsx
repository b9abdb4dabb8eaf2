/** After the five steps: real training, live. */

import { useEffect } from "preact/hooks";
import { trainingImages } from "../../edition";
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
import { chosen, close, hidden, open, runs, trouble, watch } from "./runs/runs";
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
      {run?.result && <Result run={run} result={run.result} />}
    </StepFrame>
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
