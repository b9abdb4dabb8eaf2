/** The runs on this page, named by what differs between them, to select, hide or remove. */
import { say } from "../../sentences/say";
import { percent, whole } from "../format";
import { dashOf } from "./curves";
import { differing, type KnobName } from "./differences";
import { rateWritten } from "./knobs";
import type { Recipe, Run } from "./run";
import { choose, chosen, forget, hidden, runs, toggle } from "./runs";

export function RunList() {
  const all = runs.value;
  const knobs = differing(all.flatMap((run) => run.recipe ?? []));
  return (
    <ul class="runs" aria-label={say("learn.train.runs")}>
      {all.map((run) => (
        <Row key={run.id} run={run} knobs={knobs} />
      ))}
    </ul>
  );
}

function Row({ run, knobs }: { run: Run; knobs: readonly KnobName[] }) {
  const isChosen = chosen.value === run;
  const name = say("learn.train.run", run.number);
  return (
    <li class={isChosen ? "chosen" : ""}>
      <input
        type="checkbox"
        checked={!hidden.value.has(run.id)}
        aria-label={say("learn.train.draw", run.number)}
        title={say("learn.train.draw", run.number)}
        onChange={() => toggle(run.id)}
      />
      <button type="button" class="run-name" aria-pressed={isChosen} onClick={() => choose(run.id)}>
        <svg viewBox="0 0 28 8" aria-hidden="true">
          <path class={`curve ${isChosen ? "accent" : dashOf(run)}`} d="M1 4H27" />
        </svg>
        <strong>{name}</strong>
        {run.recipe && <span class="numbers">{recipeWritten(run.recipe, knobs)}</span>}
      </button>
      <span class="run-outcome small quiet numbers">{outcome(run)}</span>
      <button
        type="button"
        class="button plain run-forget"
        aria-label={say("learn.train.forget", run.number)}
        title={say("learn.train.forget", run.number)}
        onClick={() => forget(run.id)}
      >
        <svg viewBox="0 0 20 20" aria-hidden="true">
          <path d="M5.5 5.500 14.500 14.500M14.500 5.500 5.500 14.500" />
        </svg>
      </button>
    </li>
  );
}

const WRITERS: Record<KnobName, (recipe: Recipe) => string> = {
  batch_size: (recipe) => say("learn.train.with.batch_size", whole(recipe.batch_size)),
  learning_rate: (recipe) => say("learn.train.with.learning_rate", rateWritten(recipe.learning_rate)),
  steps: (recipe) => say("learn.train.with.steps", whole(recipe.steps)),
  seed: (recipe) => say("learn.train.with.seed", String(recipe.seed)),
};

function recipeWritten(recipe: Recipe, knobs: readonly KnobName[]): string {
  return knobs.map((knob) => WRITERS[knob](recipe)).join(" · ");
}

function outcome(run: Run): string {
  if (run.result) return say("learn.train.outcome.done", percent(run.result.accuracy));
  return say(`learn.train.outcome.${run.state}`, whole(run.step));
}
