/** A run's progress in the lesson's terms: step, loss, and how it ended. */

import { say } from "../../sentences/say";
import { Notice } from "../../shared/notice";
import { brief, percent, whole } from "../format";
import { letterOf, rateWritten } from "./runs/naming";
import { hasEnded, type Run } from "./runs/run";
import { listenTo } from "./runs/runs";
import { silent } from "./service/following";

/** A placeholder for the progress before the first run. */
export function Idle() {
  return (
    <div class="train-progress">
      <span class="idle-bar" />
      <p class="small quiet">{say("learn.train.idle")}</p>
    </div>
  );
}

export function Progress({ run }: { run: Run }) {
  const steps = run.recipe?.steps;
  const starting = run.where === "page" ? "learn.train.state.loading" : "learn.train.state.starting";
  const failure = run.reason
    ? say(`learn.train.failed.${run.reason}`, rateWritten(run.recipe?.learning_rate ?? 0))
    : run.failure;
  const silence = silent.value.get(run.id);
  return (
    <div class="train-progress">
      <progress
        max={steps ?? 1}
        {...(run.state === "starting" ? {} : { value: run.step })}
        aria-label={say("learn.train.progress", letterOf(run))}
      />
      <p class="small numbers">
        <span>
          {run.state === "starting"
            ? say(starting)
            : say(`learn.train.state.${run.state}`, whole(run.step), whole(steps ?? 0))}
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
      {silence && !hasEnded(run) && (
        <Notice
          role="status"
          text={say(silence === "trying" ? "learn.train.silent" : "error.unreachable")}
          again={silence === "refused" ? () => listenTo(run.id) : undefined}
        />
      )}
    </div>
  );
}
