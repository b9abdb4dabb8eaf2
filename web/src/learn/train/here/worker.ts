/** Train networks in a worker, so that the page stays responsive; every network is kept until it is dropped. */
import { type Splits as AllDigits, type DigitFiles, splitsIn } from "../../../data/digits";
import { PIXELS } from "../../../data/image";
import { onnxOf } from "../../../networks/onnx";
import type { Settings } from "../../../networks/settings";
import {
  type Digits,
  type Examined,
  examine,
  LossError,
  type Splits,
  split,
  Training,
} from "../../../networks/train";
import type { TrainingEvent } from "../run";
import type { Answers, Order, Question, Told } from "./messages";
import { picturesOf } from "./pictures";

const TURN = 100; // milliseconds of work between reports to the page and checks for orders

interface Job {
  settings: Settings;
  training: Training;
  splits: Splits;
  /** Its answers on the evaluation split, and the step at which they were computed. */
  judged?: { step: number; digits: Digits; result: Examined };
  asked: "go" | "stop";
}

const jobs = new Map<string, Job>();
/** Runs of an earlier visit that are loading. */
const restoring = new Map<string, Promise<void>>();
const stopped = new Set<string>(); // runs that were stopped before they began
const next = new MessageChannel();

self.addEventListener("message", ({ data }: MessageEvent<Order>) => {
  if (data.kind === "digits") void unpack(data.digits);
  if (data.kind === "start") void start(data.id, data.settings);
  if (data.kind === "restore")
    restoring.set(
      data.id,
      restore(data).catch(() => undefined),
    );
  if (data.kind === "resume") void resume(data.id, data.steps);
  if (data.kind === "stop") stop(data.id);
  if (data.kind === "forget") forget(data.id);
  if (data.kind === "ask") void answer(data.id, data.question);
});

type Restored = Extract<Order, { kind: "restore" }>;

/** The images are unavailable. */
class NoDigits extends Error {}

let all: AllDigits | null = null;
let askers: { give: (digits: AllDigits) => void; fail: (error: NoDigits) => void }[] = [];

function allDigits(): Promise<AllDigits> {
  if (all) return Promise.resolve(all);
  return new Promise((give, fail) => askers.push({ give, fail }));
}

async function unpack(files: DigitFiles | null): Promise<void> {
  arrived(files && (await splitsIn(files).catch(() => null)));
}

function arrived(splits: AllDigits | null): void {
  all = splits;
  for (const { give, fail } of askers) {
    if (splits) give(splits);
    else fail(new NoDigits());
  }
  askers = [];
}

function tell(message: Told): void {
  self.postMessage(message);
}

async function start(id: string, settings: Settings): Promise<void> {
  try {
    const splits = split((await allDigits()).train, settings.images);
    const training = new Training(settings, splits);
    const job: Job = { settings, training, splits, asked: stopped.delete(id) ? "stop" : "go" };
    jobs.set(id, job);
    tellEvents(id, [{ name: "started", settings }]);
    await run(id, job);
  } catch (error) {
    if (!(error instanceof NoDigits)) throw error;
    tellEvents(id, [{ name: "failed", step: 0, reason: "no-data" }]);
  }
}

async function restore({ id, settings, steps, state }: Restored): Promise<void> {
  const splits = split((await allDigits()).train, settings.images);
  if (jobs.has(id) || !restoring.delete(id)) return;
  const training = new Training(settings, splits);
  training.restore(state);
  jobs.set(id, { settings: { ...settings, steps }, training, splits, asked: "stop" });
}

function forget(id: string): void {
  jobs.delete(id);
  restoring.delete(id);
}

async function resume(id: string, steps: number): Promise<void> {
  await restoring.get(id);
  const job = jobs.get(id);
  if (!job) return;
  job.settings = { ...job.settings, steps };
  job.asked = "go";
  tellEvents(id, [{ name: "started", settings: job.settings }]);
  await run(id, job);
}

function stop(id: string): void {
  const job = jobs.get(id);
  if (job) job.asked = "stop";
  else stopped.add(id);
}

/** Take the remaining steps, a few at a time, receiving orders in between. */
async function run(id: string, job: Job): Promise<void> {
  const { training } = job;
  const steps = training.run(job.settings.steps);
  let [waiting, began]: [TrainingEvent[], number] = [[], performance.now()];
  try {
    for (;;) {
      if (job.asked === "stop") return tellEvents(id, [...waiting, { name: "stopped", step: training.step }]);
      const { value, done } = steps.next();
      if (done) break;
      if (value.name !== "step") waiting.push(value);
      if (value.name === "validated")
        waiting.push({ name: "weights", step: value.step, ...picturesOf(training.network) });
      if (performance.now() - began < TURN) continue;
      if (waiting.length > 0) tellEvents(id, waiting);
      await turn();
      [waiting, began] = [[], performance.now()];
    }
    tellEvents(id, [...waiting, await ended(job)]);
  } catch (error) {
    if (!(error instanceof LossError)) throw error;
    tellEvents(id, [...waiting, { name: "failed", step: error.step, reason: "loss" }]);
  }
}

/** Let messages arrive. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    next.port1.onmessage = () => resolve();
    next.port2.postMessage(null);
  });
}

function tellEvents(id: string, events: TrainingEvent[]): void {
  tell({ kind: "events", id, events });
}

/** The evaluation split of a run, and its answers there. */
async function judged(job: Job): Promise<{ digits: Digits; result: Examined }> {
  const { settings, splits, training } = job;
  const digits = settings.judged_on === "test" ? (await allDigits()).test : splits.validation;
  if (job.judged?.step !== training.step)
    job.judged = { step: training.step, digits, result: examine(training.network, digits) };
  return job.judged;
}

async function ended(job: Job): Promise<TrainingEvent> {
  const { accuracy, n } = (await judged(job)).result;
  const wrong = Math.round((1 - accuracy) * n);
  return { name: "done", step: job.training.step, accuracy, n, on: job.settings.judged_on, wrong };
}

async function answer(id: number, question: Question): Promise<void> {
  const reply = await answerTo(question).catch(() => null);
  tell(reply === null ? { kind: "unanswered", id } : { kind: "answer", id, answer: reply });
}

async function answerTo(question: Question): Promise<unknown> {
  await Promise.all(restoring.values());
  if (question.about === "digit") {
    const { images, labels } = (await allDigits()).test;
    const { index } = question;
    return { image: images.slice(index * PIXELS, (index + 1) * PIXELS), label: labels[index] };
  }
  const job = jobs.get(question.id);
  if (!job) return null;
  if (question.about === "state") return job.training.state;
  const { digits, result } = await judged(job);
  if (question.about === "answers") {
    const on = job.settings.judged_on;
    return {
      on,
      labels: digits.labels,
      images: digits.images,
      probabilities: result.probabilities,
    } satisfies Answers;
  }
  const { settings, splits, training } = job;
  const { train, validation } = splits;
  const validated = digits === validation ? result : examine(training.network, validation);
  return onnxOf({
    network: training.network,
    settings: { ...settings, steps: training.step },
    data: train,
    judged: result,
    validated: { ...validated, labels: validation.labels },
  });
}
