/** Overfitting: the same network learns from 10, 100, 1,000 or all images; training against validation. */

import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { sizesHere, trainingImages } from "../../edition";
import { kept } from "../../hand/kept";
import { STANDARD } from "../../networks/training/settings";
import { say } from "../../sentences/say";
import { Button } from "../../shared/button";
import { ViewLink } from "../../shell/view-link";
import { useOwnRight } from "../answer/own-right";
import { percent, whole } from "../format";
import { StepFrame } from "../frame/step-frame";
import { LossChart } from "../train/charts/curves";
import { Progress } from "../train/progress";
import { RunLetter } from "../train/run-letter";
import { complete, idOf } from "../train/runs/identity";
import type { Run } from "../train/runs/run";
import { active, choose, chosen, open, runs, startInPage, stop } from "../train/runs/runs";
import "../train/train.css";
import "./overfitting.css";

const SIZES = sizesHere([10, 100, 1000, 55_000]);
const LAST = 20; // batches whose accuracy is that of the training images

/** The same settings each time, except the number of images. */
const settingsFor = (images: number) => complete({ ...STANDARD.mlp, steps: 600, images });

export function OverfittingStep() {
  useEffect(open, []);
  const sized = SIZES.map((size) => ({ size, run: runOf(size) }));
  const drawn = sized.flatMap(({ run }) => run ?? []);
  const first = sized[0]?.run;
  const running = active.value;
  const ownRight = useOwnRight(drawn);
  const own = kept.value.length;
  const missing = sized.filter(({ run }) => !run || run.step === 0).map(({ size }) => settingsFor(size));
  return (
    <StepFrame
      name="overfitting"
      text={say("learn.overfitting.text", whole(trainingImages))}
      isTried={first?.state === "done"}
      answer={say("learn.overfitting.guess.answer", percent(first?.accuracies.at(-1)?.[1] ?? 0, 0))}
    >
      <div class="buttons">
        {running ? (
          <Button look="primary" label={say("learn.train.stop")} onClick={() => void stop(running.id)} />
        ) : (
          <Button
            look="primary"
            label={say("learn.overfitting.start")}
            disabled={missing.length === 0}
            onClick={() => startInPage(missing)}
          />
        )}
      </div>
      {running && <Progress run={running} />}
      <div class="train-curves">
        <LossChart runs={drawn} chosen={drawn.find((run) => run === chosen.value) ?? drawn.at(-1) ?? null} />
      </div>
      <p class="small quiet">{say("learn.overfitting.key")}</p>
      <div class="overfitting-frame">
        <table class="overfitting numbers">
          <thead>
            <tr>
              <th scope="col">{say("learn.train.data")}</th>
              <th scope="col">{say("learn.overfitting.seen")}</th>
              <th scope="col">{say("learn.overfitting.unseen")}</th>
              <th scope="col">{say("learn.overfitting.gap")}</th>
              {own > 0 && <th scope="col">{say("learn.overfitting.own", own)}</th>}
            </tr>
          </thead>
          <tbody>
            {sized.map(({ size, run }) => (
              <Row key={size} size={size} run={run}>
                {own > 0 && <td>{run ? (ownRight.get(run.id) ?? "–") : "–"}</td>}
              </Row>
            ))}
          </tbody>
        </table>
      </div>
      {own === 0 && (
        <p class="small quiet">
          {say("learn.overfitting.own.none")}{" "}
          <ViewLink view="write" class="button">
            {say("view.write")}
          </ViewLink>
        </p>
      )}
    </StepFrame>
  );
}

function runOf(size: number): Run | undefined {
  return runs.value.find((run) => run.id === idOf(settingsFor(size)));
}

interface RowProperties {
  size: number;
  run: Run | undefined;
  children: ComponentChildren;
}

function Row({ size, run, children }: RowProperties) {
  const seen = run && mean(run.batchAccuracies.slice(-LAST).map(([, accuracy]) => accuracy));
  const unseen = run?.accuracies.at(-1)?.[1];
  const written = (accuracy: number | null | undefined) =>
    accuracy === undefined || accuracy === null ? "–" : percent(accuracy);
  return (
    <tr>
      <th scope="row">
        {run ? (
          <Button look="plain" onClick={() => choose(run.id)}>
            <RunLetter run={run} /> {whole(Math.min(size, trainingImages))}
          </Button>
        ) : (
          whole(Math.min(size, trainingImages))
        )}
      </th>
      <td>{written(seen)}</td>
      <td>{written(unseen)}</td>
      <td>{written(seen != null && unseen !== undefined ? seen - unseen : null)}</td>
      {children}
    </tr>
  );
}

function mean(values: readonly number[]): number | null {
  return values.length ? values.reduce((sum, value) => sum + value, 0) / values.length : null;
}
