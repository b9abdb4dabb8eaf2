/** A run's progress in the lesson's terms: step, loss, and how it ended. */
import { say } from "../../sentences/say";
import { fixed, percent, whole } from "../format";
import { silent } from "./following";
import { hasEnded, type Run } from "./run";
import { listenTo } from "./runs";

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
  const silence = silent.value.get(run.id);
  return (
    <div class="train-progress">
      <progress
        max={steps ?? 1}
        {...(run.state === "starting" ? {} : { value: run.step })}
        aria-label={say("learn.train.progress", run.number)}
      />
      <p class="small numbers">
        <span>{say(`learn.train.state.${run.state}`, whole(run.step), whole(steps ?? 0))}</span>{" "}
        {run.batch && (
          <span class="quiet">
            {say(
              "learn.train.batch",
              fixed(run.batch.loss, 2),
              fixed(run.losses.at(-1)?.[1] ?? 0, 2),
              percent(run.batch.accuracy, 0),
            )}
          </span>
        )}
      </p>
      {run.failure && (
        <div class="notice" role="alert">
          <p>{run.failure}</p>
        </div>
      )}
      {silence && !hasEnded(run) && (
        <div class="notice" role="status">
          <p>{say(silence === "trying" ? "learn.train.silent" : "error.unreachable")}</p>
          {silence === "refused" && (
            <button type="button" class="button" onClick={() => listenTo(run.id)}>
              {say("error.again")}
            </button>
          )}
        </div>
      )}
    </div>
  );
}
