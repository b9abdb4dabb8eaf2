/** After the five steps: real training, live. */
import { useEffect } from "preact/hooks";
import { PIXELS } from "../../data/image";
import { sizesHere, trainingImages } from "../../edition";
import { kept, keptExamples, loadKept } from "../../hand/kept";
import { largestOf } from "../../networks/network";
import { STANDARD } from "../../networks/settings";
import { say } from "../../sentences/say";
import { Button, Notice } from "../../shared/controls";
import { usePromised } from "../../shared/hooks";
import { Pixels } from "../../shared/pixels";
import { shownDigit } from "../digit/digit";
import { DigitChoice } from "../digit/digit-choice";
import { brief, percent, whole } from "../format";
import { StepFrame } from "../frame/step-frame";
import { AccuracyChart, LossChart } from "../train/curves";
import { readHere } from "../train/here/client";
import { letterOf, nameOf, rateWritten } from "../train/kept-networks";
import { Result } from "../train/result";
import { complete, hasEnded, idOf, type Run, type WeightPictures } from "../train/run";
import { RunLetter, RunList, TakeAway } from "../train/run-list";
import {
  active,
  chosen,
  close,
  hidden,
  listenTo,
  open,
  runs,
  silent,
  startInPage,
  trouble,
  watch,
} from "../train/runs";
import { Knobs } from "../train/settings";
import "../train/train.css";

export function TrainStep() {
  useEffect(() => {
    open();
    return close;
  }, []);
  const run = chosen.value;
  const drawn = runs.value.filter((candidate) => !hidden.value.has(candidate.id));
  const standard = runs.value.find(({ id }) => id === idOf(complete(STANDARD.softmax)));
  const here = runs.value.filter(({ where, step }) => where === "page" && step > 0);
  return (
    <StepFrame
      name="train"
      text={say("learn.train.text", whole(trainingImages))}
      isTried={standard?.state === "done"}
      answer={say("learn.train.guess.answer", percent(standard?.result?.accuracy ?? 0))}
      knobs={<Knobs />}
    >
      <Trouble />
      {run ? <Progress run={run} /> : <Idle />}
      <div class="train-curves">
        <LossChart runs={drawn} chosen={run} />
        <AccuracyChart runs={drawn} chosen={run} />
      </div>
      {runs.value.length > 0 && <RunList />}
      {run && <TakeAway key={run.id} run={run} />}
      <WeightImages run={run} />
      {here.length > 0 && <TryRuns runs={here} />}
      <ByHeart />
      {run?.result && <Result run={run} result={run.result} />}
    </StepFrame>
  );
}

/** The same settings each time, except the number of images. */
const BY_HEART = sizesHere([10, 100, 1000, 55_000]).map((images) =>
  complete({ ...STANDARD.mlp, steps: 600, images }),
);

/** Overfitting: the same network learns from ever more images. */
function ByHeart() {
  const missing = BY_HEART.filter(
    (settings) => !runs.value.some(({ id, step }) => id === idOf(settings) && step > 0),
  );
  const sizes = BY_HEART.map(({ images }) => whole(Math.min(images, trainingImages)));
  return (
    <section class="stack" aria-labelledby="train-by-heart">
      <h2 id="train-by-heart">{say("learn.train.by-heart")}</h2>
      <p>{say("learn.train.by-heart.text")}</p>
      <div class="buttons">
        <Button
          label={say("learn.train.by-heart.start", sizes.join(" · "))}
          disabled={missing.length === 0 || active.value !== null}
          onClick={() => startInPage(missing)}
        />
      </div>
    </section>
  );
}

function Trouble() {
  if (!trouble.value) return null;
  const { sentence, running } = trouble.value;
  return (
    <Notice role="alert" text={sentence}>
      {running && <Button label={say("learn.train.watch")} onClick={() => watch(running)} />}
    </Notice>
  );
}

const FULL = 64; // half of the largest weight of all: few are larger, and the others would be pale
const NOTHING: WeightPictures = {
  kind: "templates",
  images: Array.from({ length: 10 }, () => new Int8Array(PIXELS)),
};

/** The weights as pictures: where ink counts for each digit, hidden neuron or filter, and where against it. */
function WeightImages({ run }: { run: Run | null }) {
  const network = run?.recipe?.network;
  if (!run?.weights && network !== undefined && network !== "softmax") return null;
  const { kind, images } = run?.weights ?? NOTHING;
  return (
    <figure class="weight-images">
      <figcaption>
        {say(`learn.train.weights.${kind}`)}{" "}
        <span class="small quiet">{say(`learn.train.weights.${kind}.key`)}</span>
      </figcaption>
      <ul class={`weights ${kind}`} aria-label={say(`learn.train.weights.${kind}`)}>
        {images.map((values, index) => (
          <li key={index}>
            <Pixels
              values={values}
              side={Math.sqrt(values.length)}
              palette="signed"
              full={FULL}
              label={say(`learn.train.weights.${kind}.of`, kind === "templates" ? index : index + 1)}
            />
            {kind === "templates" && (
              <span class="small quiet numbers" aria-hidden="true">
                {index}
              </span>
            )}
          </li>
        ))}
      </ul>
    </figure>
  );
}

/** A placeholder for the progress before the first run. */
function Idle() {
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

/** The answers of the networks trained here for one digit, side by side. */
function TryRuns({ runs }: { runs: readonly Run[] }) {
  const image = shownDigit.value?.image ?? null;
  const answers = useAnswers(runs, image);
  const ownRight = useOwnRight(runs);
  return (
    <section class="train-try stack" aria-labelledby="train-try">
      <h2 id="train-try">{say("learn.train.compare")}</h2>
      <DigitChoice />
      <div class="train-try-answers">
        {image && <Pixels values={image} palette="ink" label={say("learn.digit.looked-at")} />}
        <ul>
          {runs.map((run, index) => (
            <Answer
              key={run.id}
              run={run}
              probabilities={answers[index] ?? null}
              right={ownRight.get(run.id)}
            />
          ))}
        </ul>
      </div>
    </section>
  );
}

interface AnswerProperties {
  run: Run;
  probabilities: Float32Array | null;
  /** Of the digits that the person keeps. */
  right: number | undefined;
}

function Answer({ run, probabilities, right }: AnswerProperties) {
  const order = Array.from({ length: 10 }, (_, digit) => digit);
  const probabilityOf = (digit: number) => probabilities?.[digit] ?? 0;
  const [first = 0, second = 0] = order.sort((a, b) => probabilityOf(b) - probabilityOf(a));
  return (
    <li>
      <span>
        <RunLetter run={run} /> {nameOf(run)}
      </span>
      {probabilities && (
        <span class="numbers">
          {say("learn.train.says", first, percent(probabilityOf(first)))}{" "}
          <span class="quiet">{say("learn.train.or", second, percent(probabilityOf(second)))}</span>
        </span>
      )}
      {right !== undefined && (
        <span class="small numbers">{say("learn.train.own_right", right, kept.value.length)}</span>
      )}
    </li>
  );
}

/** Updated when a network has been trained further. */
function useAnswers(runs: readonly Run[], image: Uint8Array | null): readonly (Float32Array | null)[] {
  const state = runs.map(({ id, step, state }) => `${id} ${state} ${step}`).join();
  const ids = runs.map(({ id }) => id);
  return usePromised(() => image && readHere(ids, image), `${state} ${image?.join()}`, true) ?? [];
}

const CLASSES = 10;

/** @returns by run id; without runs in training, whose next step each answer would delay */
function useOwnRight(runs: readonly Run[]): ReadonlyMap<string, number> {
  useEffect(() => void loadKept(), []);
  const ended = runs.filter((run) => hasEnded(run) && run.step > 0);
  const state = ended.map(({ id, step }) => `${id} ${step}`).join();
  const digits = kept.value.map(({ id, label }) => `${id} ${label}`).join();
  return usePromised(() => ask(ended), `${state} ${digits}`, true) ?? new Map();
}

async function ask(runs: readonly Run[]): Promise<ReadonlyMap<string, number>> {
  const { images, labels } = keptExamples();
  if (labels.length === 0 || runs.length === 0) return new Map();
  const ids = runs.map(({ id }) => id);
  const answers = (await readHere(ids, images)) ?? [];
  return new Map(
    ids.flatMap((id, run) => {
      const probabilities = answers[run];
      return probabilities ? [[id, rightAmong(probabilities, labels)] as const] : [];
    }),
  );
}

function rightAmong(probabilities: Float32Array, labels: Uint8Array): number {
  return labels.filter((label, index) => largestOf(probabilities, index * CLASSES) === label).length;
}
