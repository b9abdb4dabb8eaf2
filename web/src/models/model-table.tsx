/** All models in one table, with what each says about one digit; each row opens. */
import { useState } from "preact/hooks";
import { edition } from "../edition";
import { isHere, MODELS } from "../here/read";
import { type Outcome, outcomeOf, useAnswers } from "../learn/answers";
import { readAs, shownDigit } from "../learn/digit/digit";
import { bytes, percent as inPercent, whole } from "../learn/format";
import { type OwnNetwork as Own, ownNetworks } from "../learn/train/runs";
import type { Model, Score } from "../readings";
import { say } from "../sentences/say";
import { Section } from "../shared/controls";
import { percent } from "../shared/percent";
import { Pixels } from "../shared/pixels";
import { ViewLink } from "../shell/view-link";
import { Bars } from "../write/inside/bars";
import { isOwnModel, modelName, originOf } from "./own-networks";
import "./model-table.css";

export function ModelTable({ models }: { models: readonly Model[] }) {
  const image = shownDigit.value?.image ?? null;
  const readers = models.flatMap((model) => readerOf(model, ownNetworks.value) ?? []);
  const answered = useAnswers(image, null, readers);
  return (
    <Section
      name="one-digit"
      title={say("models.one")}
      lead={say("models.one.lead")}
      aria-busy={answered === null}
    >
      <div class="one-digit-desk">
        <div class="one-digit-image">
          {image && <Pixels values={image} palette="ink" label={say("models.one.image")} />}
          <ViewLink view="write" class="write-one">
            {say(shownDigit.value?.label === null ? "learn.digit.write_another" : "learn.digit.write")}
          </ViewLink>
        </div>
        <table>
          <thead>
            <tr class="small">
              <th scope="col">{say("models.one.model")}</th>
              <th scope="col">{say("models.one.answer")}</th>
              <th scope="col">{say("write.inside.probabilities")}</th>
              <th scope="col">{say("models.accuracy")}</th>
              <th scope="col">{say("models.parameters")}</th>
              <th scope="col">{say("models.size")}</th>
            </tr>
          </thead>
          {models.map((model) => {
            const reader = readerOf(model, ownNetworks.value);
            const answer = answered?.answers.get(reader ?? "");
            return (
              <Row
                key={model.name}
                model={model}
                reader={reader}
                outcome={answer ? outcomeOf(answer) : null}
              />
            );
          })}
        </table>
      </div>
    </Section>
  );
}

/** The name by which the page's worker has a classifier; undefined if only the service has it. */
function readerOf(model: Model, own: readonly Own[]): string | undefined {
  const reader = isOwnModel(model) ? own.find(({ name }) => name === model.name)?.version : model.name;
  return reader !== undefined && isHere(reader) ? reader : undefined;
}

interface RowProperties {
  model: Model;
  reader: string | undefined;
  outcome: Outcome | null;
}

function Row({ model, reader, outcome }: RowProperties) {
  const [isOpen, setOpen] = useState(false);
  const right = shownDigit.value?.label ?? readAs.value;
  const isOther = outcome !== null && right !== null && outcome.answer !== right;
  return (
    <tbody data-model={model.name}>
      <tr data-reader={reader && model.name} data-other={isOther}>
        <th scope="row">
          <button type="button" class="link" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            {modelName(model)}
          </button>
        </th>
        <td class="numbers">
          {outcome ? (
            <>
              <strong>{outcome.answer ?? say("learn.answer.no-digit")}</strong> {percent(outcome.confidence)}
            </>
          ) : (
            "–"
          )}
        </td>
        <td>{reader && <Bars values={outcome?.probabilities ?? null} full={1} decimals={3} />}</td>
        <td class="numbers" data-name={say("models.accuracy")}>
          {model.score ? inPercent(model.score.accuracy, 2) : "–"}
        </td>
        <td class="numbers" data-name={say("models.parameters")}>
          {whole(model.parameters)}
        </td>
        <td class="numbers" data-name={say("models.size")}>
          {bytes(model.bytes)}
        </td>
      </tr>
      {isOpen && (
        <tr>
          <td colSpan={6} class="model-open">
            <Opened model={model} />
          </td>
        </tr>
      )}
    </tbody>
  );
}

function Opened({ model }: { model: Model }) {
  return (
    <div class="stack">
      <p>{purposeOf(model)}</p>
      {model.score && <p class="small numbers">{scoreWritten(model.score)}</p>}
      <div class="buttons">
        <ViewLink view="write" parameters={model.chosen ? {} : { model: model.name }} class="button">
          {say("models.write")}
        </ViewLink>
        {MODELS.includes(model.name) && (
          <ViewLink view="learn" parameters={{ step: "mistakes", of: model.name }} class="button">
            {say("models.confusion")}
          </ViewLink>
        )}
        {isOwnModel(model) && (
          <ViewLink view="things" class="button">
            {say("view.things")}
          </ViewLink>
        )}
      </div>
      {model.shipped && edition !== "file" && (
        <p class="small quiet">
          <a class="button" href={`models/${model.name}.onnx`} download={`${model.name}.onnx`}>
            {say("models.download")}
          </a>{" "}
          {say("models.download.whole")}
        </p>
      )}
    </div>
  );
}

function purposeOf(model: Model): string {
  if (isOwnModel(model)) return originOf(model);
  if (model.shipped && MODELS.includes(model.name)) return say(`models.${model.name as "tiny"}`);
  return say(model.chosen ? "models.given" : "models.trained");
}

function scoreWritten({ accuracy, n, on }: Score): string {
  const split = on === "test" || on === "validation" ? say(`models.split.${on}`) : on;
  return say("models.wrong", whole(n), split, whole(Math.round((1 - accuracy) * n)));
}
