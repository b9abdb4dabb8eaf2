/** The runs on this page, named by their settings, to select, hide, continue or remove. */

import { useState } from "preact/hooks";
import { commandOf, recipeOf } from "../../networks/onnx";
import { type Settings, STANDARD } from "../../networks/settings";
import { say } from "../../sentences/say";
import { Button } from "../../shared/controls";
import { copyText, saveFile } from "../../shared/files";
import { percent, whole } from "../format";
import { onnxHere } from "./here/client";
import { colourOf, letterOf, nameOf } from "./kept-networks";
import { hasEnded, type Run, settingsOf } from "./run";
import { active, choose, chosen, forget, hidden, resume, runs, startInPage, toggle } from "./runs";

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

/** The letter of a run, in its colour. */
export function RunLetter({ run }: { run: Run }) {
  return (
    <strong class="run-letter" style={colourOf(run)}>
      {letterOf(run)}
    </strong>
  );
}

type Said = "" | "python" | "refused";

/** Export a run: its network as an .onnx file, its settings as Python. */
export function TakeAway({ run }: { run: Run }) {
  const [said, setSaid] = useState<Said>("");
  if (run.step === 0) return null;
  const copy = () =>
    void copyText(asPython(run.settings)).then((isCopied) => setSaid(isCopied ? "python" : "refused"));
  return (
    <div class="buttons">
      <Button label={say("learn.train.onnx")} onClick={() => void save(run)} />
      <Button label={say("learn.train.as-python")} onClick={copy} />
      <span class="small quiet" role="status">
        {said && say(`learn.train.copied.${said}`)}
      </span>
    </div>
  );
}

async function save(run: Run): Promise<void> {
  const file = await onnxHere(run.id);
  if (file)
    saveFile(new Blob([file], { type: "application/octet-stream" }), `${run.id}-${letterOf(run)}.onnx`);
}

/** Python that trains the same network from the same first weights, on the same images in the same order. */
function asPython(settings: Settings): string {
  const command = commandOf(settings);
  const values = Object.entries(recipeOf(settings)).filter(([name]) => name !== "format");
  const fewer = settings.images < STANDARD.softmax.images;
  return [
    ...(command ? [`# the same on the command line: ${command}`] : []),
    "import shuzi",
    ...(fewer ? ["from dataclasses import replace", "from shuzi.data.dataset import Dataset"] : []),
    "from shuzi.training.loop import train",
    "from shuzi.training.recipe import Recipe",
    "",
    "recipe = Recipe(",
    ...values.map(([name, value]) => `    ${name}=${literal(name, value)},`),
    ")",
    "data = shuzi.load_mnist()",
    ...(fewer
      ? [
          `few = Dataset(data.train.images[:${settings.images}], data.train.labels[:${settings.images}])`,
          "data = replace(data, train=few)",
        ]
      : []),
    "for event in train(recipe, data):",
    '    if hasattr(event, "accuracy"):',
    "        print(type(event).__name__, event.step, event.accuracy)",
    "",
  ].join("\n");
}

const FRACTIONS = ["learning_rate", "warm_up", "beta_1", "beta_2", "epsilon", "label_smoothing"];

/** Floats keep their decimal point. */
function literal(name: string, value: string | number): string {
  if (typeof value === "string") return JSON.stringify(value);
  return FRACTIONS.includes(name) && Number.isInteger(value) ? value.toFixed(1) : String(value);
}
