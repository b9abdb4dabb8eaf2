/**
 * What takes long beside reading, away from the page's own thread: networks are trained, and small ones are taught,
 * rounded and measured for a code.
 */
import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";
import { type Splits as AllDigits, type DigitFiles, splitsIn } from "../data/digits";
import { MAX_IMAGES, NO_WEIGHT } from "../generated/training";
import type { Grey } from "../ink/picture";
import type { TrainingEvent } from "../learn/train/run";
import type { WeightPictures } from "../learn/weight-images";
import { type Examples, fits, graphOf, type Layer, rounded, Small, taught } from "../models/paper/network";
import type { Network } from "../networks/network";
import { onnxOf } from "../networks/onnx";
import type { Settings } from "../networks/settings";
import { examine, LossError, split, Training } from "../networks/train";
import type { Graph } from "../runtime/graph";
import type { Answer } from "./calls";

/** To the worker, besides questions, which name a kind of `Work`. */
export type Order =
  /** All images, which only the page can load; null if they are unavailable. */
  { digits: DigitFiles | null } | { start: string; settings: Settings } | { stop: string };

/** From the worker: what happened in a run, and its .onnx file with its end, so that the page can keep it at once. */
export interface Told {
  run: string;
  events: readonly TrainingEvent[];
  onnx?: Uint8Array<ArrayBuffer>;
}

type Question = { id: number; kind: keyof Work; input: never };

const TURN = 100; // milliseconds of work between reports to the page and checks for orders
const next = new MessageChannel();
/** Runs to be stopped. */
const stopped = new Set<string>();

self.addEventListener("message", ({ data }: MessageEvent<Order | Question>) => {
  if ("digits" in data) void unpack(data.digits);
  else if ("start" in data) {
    stopped.delete(data.start);
    void train(data.start, data.settings);
  } else if ("stop" in data) stopped.add(data.stop);
  else void answer(data);
});

let all: AllDigits | null = null;
let waiting: ((digits: AllDigits | null) => void)[] = [];

/** Null if they are unavailable. */
function allDigits(): Promise<AllDigits | null> {
  return all ? Promise.resolve(all) : new Promise((give) => waiting.push(give));
}

async function unpack(files: DigitFiles | null): Promise<void> {
  all = files && (await splitsIn(files).catch(() => null));
  for (const give of waiting) give(all);
  waiting = [];
}

function tell(run: string, events: readonly TrainingEvent[], onnx?: Uint8Array<ArrayBuffer>): void {
  self.postMessage({ run, events, ...(onnx && { onnx }) } satisfies Told);
}

async function train(run: string, settings: Settings): Promise<void> {
  const digits = await allDigits();
  if (!digits) return tell(run, [{ name: "failed", step: 0, reason: "no-data" }]);
  const splits = split(digits.train, settings.images);
  const training = new Training(settings, splits);
  tell(run, [{ name: "started", settings }]);
  const rest = await takeSteps(run, training);
  if (rest === null) return;
  const { judged_on: on } = settings;
  const validated = examine(training.network, splits.validation);
  const judged = on === "test" ? examine(training.network, digits.test) : validated;
  const { accuracy, n } = judged;
  const onnx = onnxOf({
    network: training.network,
    settings: { ...settings, steps: training.step },
    data: splits.train,
    judged,
    validated: { ...validated, labels: splits.validation.labels },
  });
  const wrong = Math.round((1 - accuracy) * n);
  const isStopped = training.step < settings.steps;
  const end = isStopped
    ? ({ name: "stopped" } as const)
    : ({ name: "done", accuracy, n, on, wrong } as const);
  tell(run, [...rest, { ...end, step: training.step }], Uint8Array.from(onnx));
}

/** Take the steps, a few at a time, receiving orders in between; returns what is not told yet, null if it failed. */
async function takeSteps(run: string, training: Training): Promise<TrainingEvent[] | null> {
  let [events, began]: [TrainingEvent[], number] = [[], performance.now()];
  try {
    for (const step of training.run()) {
      if (step.name !== "step") events.push(step);
      if (step.name === "validated")
        events.push({ name: "weights", step: step.step, ...picturesOf(training.network) });
      if (performance.now() - began < TURN) continue;
      if (events.length > 0) tell(run, events);
      events = [];
      await turn();
      if (stopped.has(run)) break;
      began = performance.now();
    }
    return events;
  } catch (error) {
    if (!(error instanceof LossError)) throw error;
    tell(run, [...events, { name: "failed", step: error.step, reason: "loss" }]);
    return null;
  }
}

/** Let messages arrive. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    next.port1.onmessage = () => resolve();
    next.port2.postMessage(null);
  });
}

/** The weights that look at the pixels: a picture for each of the first layer's outputs, all to the same scale. */
function picturesOf(network: Network): WeightPictures {
  const kinds = { softmax: "templates", mlp: "neurons", small_convolutions: "filters" } as const;
  const kind = kinds[network.architecture.network];
  const [first] = network.weights;
  if (!first) return { kind, images: [] };
  const outputs = first.shape.at(-1) ?? 1;
  const pixels = first.values.length / outputs;
  const largest = first.values.reduce((most, value) => Math.max(most, Math.abs(value)), NO_WEIGHT);
  const images = Array.from({ length: Math.min(outputs, MAX_IMAGES) }, (_, output) =>
    Int8Array.from({ length: pixels }, (_, pixel) =>
      Math.round(((first.values[pixel * outputs + output] ?? 0) * 127) / largest),
    ),
  );
  return { kind, images };
}

async function answer({ id, kind, input }: Question): Promise<void> {
  try {
    self.postMessage({ id, result: await work[kind](input) } satisfies Answer);
  } catch (error) {
    self.postMessage({ id, failed: "fault", detail: String(error) } satisfies Answer);
  }
}

/** How many of some digits a network gets right. */
export interface Right {
  right: number;
  n: number;
}

/** A network before it is rounded, and in the code. */
export interface Compared {
  before: Right;
  after: Right;
}

/** Digits of one's own and test images. */
interface Digits {
  own: Examples;
  test: Examples;
}

/** A network that is put into a code: that of another code, or `tiny` as it was shipped if `layers` is null. */
interface Making extends Digits {
  shipped: Graph;
  layers: readonly Layer[] | null;
  /** Training images beside one's own; null if the network stays as it is. */
  train: Examples | null;
}

const work = {
  /** Round a network, whose last layer may learn one's own digits first. */
  round({ shipped, layers, own, test, train }: Making) {
    const start = layers ? graphOf(shipped, layers) : shipped;
    const graph = train ? taught(start, own, train) : start;
    if (!fits(graph.tensors)) throw new Error("tiny has another shape");
    const weights = rounded(graph.tensors);
    const [before, after] = [new Small(graph), new Small(graphOf(shipped, weights))];
    const compared = (examples: Examples): Compared => ({
      before: rightOf(before, examples),
      after: rightOf(after, examples),
    });
    return { layers: weights, onTest: compared(test), onOwn: own.labels.length > 0 ? compared(own) : null };
  },

  /** Measure a network from a code. */
  measure({ shipped, layers, own, test }: Digits & { shipped: Graph; layers: readonly Layer[] }) {
    const small = new Small(graphOf(shipped, layers));
    return { onTest: rightOf(small, test), onOwn: own.labels.length > 0 ? rightOf(small, own) : null };
  },

  /** The texts of the codes in a picture that can be read. */
  async scan({ picture, scanner }: { picture: Grey; scanner: ArrayBuffer }): Promise<string[]> {
    const { width, height, pixels } = picture;
    await prepareZXingModule({ overrides: { wasmBinary: scanner }, fireImmediately: true });
    const colours = new Uint8ClampedArray(4 * pixels.length);
    for (const [index, value] of pixels.entries()) colours.set([value, value, value, 255], 4 * index);
    const codes = await readBarcodes(new ImageData(colours, width, height), { formats: ["QRCode"] });
    return codes.filter(({ isValid }) => isValid).map(({ text }) => text);
  },
};

/** What can be asked for: the kinds of work, with what each takes and returns. */
export type Work = typeof work;

function rightOf(network: Small, { images, labels }: Examples): Right {
  return { right: network.right(images, labels), n: labels.length };
}
