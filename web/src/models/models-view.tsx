/** The models compared: accuracy, size, speed and purpose. */
import { useEffect } from "preact/hooks";
import { hasService } from "../edition";
import { loadOwn } from "../learn/train/runs/as-models";
import type { Model, Score } from "../readings";
import { type PlainKey, say } from "../sentences/say";
import { Notice } from "../shared/notice";
import { whenLoaded } from "../shared/when-loaded";
import { ViewLink } from "../shell/view-link";
import { AccuracyChart } from "./accuracy-chart";
import { Inside } from "./inside/inside";
import { busy, learnModels, models, trouble } from "./known";
import { modelName } from "./model-name";
import { bytes, percentage, rough, whole } from "./numbers";
import { OneDigit } from "./one-digit/one-digit";
import { isOwnModel, OwnNetwork, originOf, ownModels } from "./own-networks";
import "./models.css";

const PaperSection = whenLoaded(
  () => import("./paper/paper-section").then(({ PaperSection }) => PaperSection),
  "paper.missing",
);

/** The purpose of each shipped model. */
const PURPOSES: Record<string, PlainKey> = {
  default: "models.default",
  tiny: "models.tiny",
  softmax: "models.softmax",
  detector: "models.detector",
  "line-detector": "models.line_detector",
  line: "models.line",
};

/** The input of one run of a model of each kind. */
const TIMES: Record<Model["kind"], PlainKey> = {
  classifier: "models.time",
  detector: "models.time.page",
  "line detector": "models.time.page",
  "line recogniser": "models.time.line",
};

/** What the score of a model of each other kind says. */
const SCORES = {
  detector: "models.finds",
  "line detector": "models.finds_lines",
  "line recogniser": "models.reads",
} as const;

export function ModelsView() {
  useEffect(() => {
    void learnModels();
    void loadOwn();
  }, []);
  const listed = models.value && [...models.value, ...ownModels.value];
  return (
    <article class="view models">
      <header>
        <h1>{say("models.title")}</h1>
        <p class="lead">{say("models.lead")}</p>
      </header>
      {busy.value !== null && <Notice text={say("error.busy", busy.value)} />}
      {trouble.value && (
        <Notice role="alert" text={trouble.value.sentence} again={() => void learnModels()} />
      )}
      {!listed && !trouble.value && <p class="quiet">{say("models.measuring")}</p>}
      {listed && (
        <>
          <AccuracyChart models={listed.filter((model) => model.kind === "classifier")} />
          <OneDigit models={listed.filter((model) => model.kind === "classifier")} />
          <ul class="model-list">
            {listed.map((model) => (
              <ModelCard key={model.name} model={model} />
            ))}
          </ul>
          {hasService && <p class="small quiet">{say("models.conditions")}</p>}
          <PaperSection />
        </>
      )}
    </article>
  );
}

function ModelCard({ model }: { model: Model }) {
  const { name, kind, score, parameters, milliseconds } = model;
  const trained = trainedAs(model);
  return (
    <li class="model" data-model={name}>
      <h2>{modelName(model)}</h2>
      <p>{purposeOf(model)}</p>
      <dl>
        <Fact name={say("models.parameters")}>{whole(parameters)}</Fact>
        <Fact name={say("models.size")}>{bytes(model.bytes)}</Fact>
        {milliseconds !== null && (
          <Fact name={say(TIMES[kind])} note={say("models.per_second", rough(1000 / milliseconds))}>
            {`${rough(milliseconds)} ms`}
          </Fact>
        )}
        {score && kind === "classifier" && (
          <Fact name={say("models.wrong", whole(score.n), splitOf(score))}>
            {whole(Math.round((1 - score.accuracy) * score.n))}
          </Fact>
        )}
        {score && kind !== "classifier" && (
          <Fact
            name={say(SCORES[kind], whole(score.n), splitOf(score))}
            note={say("models.interval", ...ends(score.interval))}
          >
            {percentage(score.accuracy)}
          </Fact>
        )}
      </dl>
      {trained && <p class="small quiet numbers">{trained}</p>}
      {kind === "classifier" && (
        <div class="buttons">
          <ViewLink view="write" parameters={model.chosen ? {} : { model: name }} class="button">
            {say("models.write")}
          </ViewLink>
          {isOwnModel(model) && <OwnNetwork kept={model.kept} />}
        </div>
      )}
      <Inside model={model} />
    </li>
  );
}

function purposeOf(model: Model): string {
  if (isOwnModel(model)) return originOf(model);
  const shipped = model.shipped ? PURPOSES[model.name] : undefined;
  return say(shipped ?? (model.chosen ? "models.given" : "models.trained"));
}

/** The training settings of a model in a line: models of the same recipe differ in nothing else. */
function trainedAs({ settings: { steps, batch_size, learning_rate, seed } }: Model): string {
  if (!steps || !batch_size || !learning_rate) return "";
  return say(
    "models.trained_as",
    whole(Number(steps)),
    whole(Number(batch_size)),
    String(learning_rate),
    String(seed ?? 0),
  );
}

/** The name of the split that a score is from. */
function splitOf({ on }: Score): string {
  return on === "test" || on === "validation" ? say(`models.split.${on}`) : on;
}

function ends([low, high]: readonly [number, number]): [string, string] {
  return [percentage(low), percentage(high)];
}

function Fact({ name, note, children }: { name: string; note?: string; children: string }) {
  return (
    <div>
      <dt class="small quiet">{name}</dt>
      <dd class="numbers">
        {children}
        {note && <span class="small quiet">{note}</span>}
      </dd>
    </div>
  );
}
