/** The runs on this page, named by their settings, to select, hide, continue or remove. */

import { say } from "../../sentences/say";
import { Button } from "../../shared/button";
import { percent, whole } from "../format";
import { RunLetter } from "./run-letter";
import { settingsOf } from "./runs/identity";
import { letterOf, nameOf } from "./runs/naming";
import { hasEnded, type Run } from "./runs/run";
import { active, choose, chosen, forget, hidden, resume, runs, startInPage, toggle } from "./runs/runs";

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
      <input
        type="checkbox"
        checked={!hidden.value.has(run.id)}
        aria-label={say("learn.train.draw", letter)}
        title={say("learn.train.draw", letter)}
        onChange={() => toggle(run.id)}
      />
      <button type="button" class="run-name" aria-pressed={isChosen} onClick={() => choose(run.id)}>
        <RunLetter run={run} />
        <span>{nameOf(run)}</span>
      </button>
      <span class="run-outcome small quiet numbers">{outcome(run)}</span>
      <span class="run-buttons">
        <Continue run={run} />
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

/** Train the run of a link, or continue an ended run. */
function Continue({ run }: { run: Run }) {
  const settings = settingsOf(run.id);
  if (!settings || !hasEnded(run) || run.state === "failed" || active.value) return null;
  const planned = run.state === "planned";
  const name = planned
    ? "learn.train.train-it"
    : run.state === "stopped"
      ? "learn.train.go-on"
      : "learn.train.further";
  return (
    <Button
      look="small"
      label={say(name)}
      aria-label={say("learn.train.of-run", say(name), letterOf(run))}
      onClick={() => (planned ? startInPage([settings]) : resume(run))}
    />
  );
}

function outcome(run: Run): string {
  if (run.result) return say("learn.train.outcome.done", percent(run.result.accuracy));
  return say(`learn.train.outcome.${run.state}`, whole(run.step));
}
