/** One digit through all classifiers of the page, those that were trained here among them, side by side. */
import { isHere } from "../../here/read";
import { readAs, shownDigit } from "../../learn/digit/digit";
import { type OwnNetwork, ownNetworks } from "../../learn/train/runs/as-models";
import type { Model } from "../../readings";
import { say } from "../../sentences/say";
import { percent } from "../../shared/percent";
import { Pixels } from "../../shared/pixels";
import { usePromised } from "../../shared/promised";
import { Section } from "../../shared/section";
import { ViewLink } from "../../shell/view-link";
import { Bars } from "../../write/inside/bars";
import { modelName } from "../model-name";
import { bytes, rough, whole } from "../numbers";
import { isOwnModel } from "../own-networks";
import { askAll, type Outcome } from "./ask-all";
import "./one-digit.css";

interface Asked {
  model: Model;
  /** The name by which the page's worker has it. */
  reader: string;
}

/** @param models classifiers; those that only the service has are left out */
export function OneDigit({ models }: { models: readonly Model[] }) {
  const asked = models.flatMap((model) => askedOf(model, ownNetworks.value));
  const image = shownDigit.value?.image ?? null;
  const readers = asked.map(({ reader }) => reader);
  const outcomes = usePromised(
    () =>
      image &&
      askAll(image, readers).then((answers) => new Map(readers.map((name, at) => [name, answers[at]]))),
    image ? `${readers.join()} ${image.join()}` : "",
    true,
  );
  if (!image || asked.length === 0) return null;
  return (
    <Section
      name="one-digit"
      title={say("models.one")}
      lead={say("models.one.lead")}
      aria-busy={outcomes === null}
    >
      <div class="one-digit-desk">
        <div class="one-digit-image">
          <Pixels values={image} palette="ink" label={say("models.one.image")} />
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
              <th scope="col">{say("models.one.time")}</th>
              <th scope="col">{say("models.parameters")}</th>
              <th scope="col">{say("models.size")}</th>
            </tr>
          </thead>
          <tbody>
            {asked.map(({ model, reader }) => (
              <Row key={reader} model={model} outcome={outcomes?.get(reader) ?? null} />
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}

function askedOf(model: Model, own: readonly OwnNetwork[]): Asked[] {
  const reader = isOwnModel(model) ? own.find(({ name }) => name === model.name)?.version : model.name;
  return reader !== undefined && isHere(reader) ? [{ model, reader }] : [];
}

function Row({ model, outcome }: { model: Model; outcome: Outcome | null }) {
  const right = shownDigit.value?.label ?? readAs.value;
  const isOther = outcome !== null && right !== null && outcome.answer !== right;
  return (
    <tr data-reader={model.name} data-other={isOther}>
      <th scope="row">{modelName(model)}</th>
      <td class="numbers">
        {outcome ? (
          <>
            <strong>{outcome.answer ?? say("learn.answer.no-digit")}</strong> {percent(outcome.confidence)}
          </>
        ) : (
          "–"
        )}
      </td>
      <td>
        <Bars values={outcome?.probabilities ?? null} full={1} decimals={3} />
      </td>
      <td class="numbers" data-name={say("models.one.time")}>
        {outcome ? `${rough(outcome.milliseconds)} ms` : "–"}
      </td>
      <td class="numbers" data-name={say("models.parameters")}>
        {whole(model.parameters)}
      </td>
      <td class="numbers" data-name={say("models.size")}>
        {bytes(model.bytes)}
      </td>
    </tr>
  );
}
