/** The runs on this page, named by their settings, to select, train or remove. */
import { say } from "../../sentences/say";
import { Button } from "../../shared/controls";
import { percent, whole } from "../format";
import { colourOf, letterOf, nameOf } from "./kept-networks";
import { type Run, settingsOf } from "./run";
import { active, choose, chosen, forget, runs, startInPage } from "./runs";

export function RunList() {
  return (
    <ul class="runs" aria-label={say("learn.train.runs")}>
      {runs.value.map((run) => (
        <Row key={run.id} run={run} />
      ))}
    </ul>
  );
}

function Row({ run }: { run: Run }) {
  const isChosen = chosen.value === run;
  const letter = letterOf(run);
  return (
    <li class={isChosen ? "chosen" : ""}>
      <button type="button" class="run-name" aria-pressed={isChosen} onClick={() => choose(run.id)}>
        <strong class="run-letter" style={colourOf(run)}>
          {letter}
        </strong>
        <span>{nameOf(run)}</span>
      </button>
      <span class="run-outcome small quiet numbers">{outcome(run)}</span>
      <span class="run-buttons">
        <TrainIt run={run} />
        <Button
          look="plain run-forget"
          icon="remove"
          aria-label={say("learn.train.forget", letter)}
          title={say("learn.train.forget", letter)}
          onClick={() => forget(run.id)}
        />
      </span>
    </li>
  );
}

/** Train the run of a link. */
function TrainIt({ run }: { run: Run }) {
  const settings = settingsOf(run.id);
  if (!settings || run.state !== "planned" || active.value) return null;
  return (
    <Button
      look="small"
      label={say("learn.train.train-it")}
      aria-label={say("learn.train.of-run", say("learn.train.train-it"), letterOf(run))}
      onClick={() => startInPage([settings])}
    />
  );
}

function outcome(run: Run): string {
  if (run.result) return say("learn.train.outcome.done", percent(run.result.accuracy));
  return say(`learn.train.outcome.${run.state}`, whole(run.step));
}
