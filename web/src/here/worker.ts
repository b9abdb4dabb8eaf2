/** Read pictures outside the page's own thread. Models come from the page, each on first use. */

import { MissingFile, unpacked } from "../bundle/files";
import { SIDE } from "../generated/ink/normalize";
import { UNFITTED } from "../generated/reading";
import { DIGIT_FROM } from "../generated/tasks";
import type { Coloured, Grey } from "../ink/picture";
import { DisplayReader } from "../reading/display";
import { LineDetector } from "../reading/find/line-detector";
import { automatonOf } from "../reading/patterns/automaton";
import { Reader } from "../reading/reader";
import { Classifier, Detector, Recogniser } from "../reading/recognise/models";
import { preparationsOf, whatCounts } from "../reading/report/explain";
import { type Graph, unpack } from "../runtime/graph";
import { graphOfOnnx } from "../runtime/onnx";
import type { Answer, Why } from "./calls";
import { LargePicture, openColoured, openPicture, UnknownPicture } from "./open";
import { DISPLAY, type Found, isOwn, MAX_EXPLAINED, OWN_FOLDER, Queue, type Task } from "./protocol";
import { asShown } from "./shown";

type Content = Uint8Array<ArrayBuffer> | null;
const waiting = new Map<string, (content: Content) => void>();
/** Files that were requested and not used yet. */
const coming = new Map<string, Promise<Content>>();
const kept = new Map<string, Promise<unknown>>();
const dropped = new Set<number>();
/** One after another, since all share the memory of the models. */
const queue = new Queue(nextMessage);

addEventListener("message", ({ data }: MessageEvent<Task>) => {
  if ("file" in data) {
    waiting.get(data.file)?.(data.content);
    waiting.delete(data.file);
  } else if ("dropped" in data) dropped.add(data.id);
  // not in the queue, where the model that was asked is waited for
  else if ("first" in data) void reply(data.id, () => firstLook(data.first));
  // the most needed first; unavailable files are requested again when needed
  else if ("prepare" in data) {
    for (const name of ["tiny", data.prepare, "line", "detector", "line-detector"])
      void contentOf(fileOf(name));
    queue.add("load", () => readerOf(data.prepare), recogniser, detector, lineDetector);
  } else if ("work" in data)
    queue.add(data.work === "look" ? "look" : "load", () => reply(data.id, () => answerTo(data)));
  else {
    // meanwhile, more urgent tasks can run
    const open = data.model === DISPLAY ? openColoured : openPicture;
    const opened = data.picture instanceof Blob ? open(data.picture) : Promise.resolve(data.picture);
    opened.catch(() => undefined);
    queue.add("reading", () => reply(data.id, () => read(data, opened)));
  }
});

/** Send what this returns, or why it failed, unless it is no longer of interest. */
async function reply(id: number, make: () => Promise<unknown>): Promise<void> {
  await nextMessage();
  if (dropped.delete(id)) return;
  try {
    const result = await make();
    if (!dropped.delete(id)) say({ id, result });
  } catch (error) {
    say({ id, failed: causeOf(error), detail: String(error) });
  }
}

async function read(task: Extract<Task, { picture: unknown }>, opened: Promise<Coloured>): Promise<Found> {
  const grey = await opened;
  if (task.model === DISPLAY) return asShown(await (await displayReader()).read(grey), grey);
  const reader = await readerOf(task.model);
  const seen = await reader.findCandidates(grey);
  const reading = reader.interpret(seen, task.pattern ? automatonOf(task.pattern) : null);
  const result = asShown(reading, grey);
  if (task.explain) {
    result.prepared = preparationsOf(seen, reading.digits, MAX_EXPLAINED);
    await explain(result, reader, task.id);
  }
  return result;
}

/** Read clear digits with the smallest network alone; anything else is left to the others. */
async function firstLook(picture: Blob | Grey): Promise<Found> {
  const grey = picture instanceof Blob ? await openPicture(picture) : picture;
  const none = () => Promise.reject(new MissingFile("models"));
  const classifier = new Classifier(await graphOf("tiny"));
  const reader = new Reader(classifier, { detector: none, recogniser: none, lineDetector: none });
  return asShown(await reader.read(grey), grey);
}

/** A model's answers for n images. */
export interface ClassifiedImages {
  /** Ten of each image, given that it is a digit. */
  probabilities: Float32Array;
  /** Of each image; 1 if the model cannot tell. */
  isDigit: Float32Array;
  /** The probability from which the model's card takes something for a digit. */
  leastDigit: number;
}

const classifierWork = {
  /** Follow a 28x28 image, ink 255, through a model. */
  look: (classifier: Classifier, pixels: Uint8Array) =>
    classifier.inside({ width: SIDE, height: SIDE, pixels }),

  /** Show how a number of a feature map comes about. */
  sum: (classifier: Classifier, asked: Parameters<Classifier["sum"]>[0]) => classifier.sum(asked),

  /** Classify 28x28 images, ink 255, one after another. */
  classify(classifier: Classifier, images: Uint8Array): ClassifiedImages {
    const answers = classifier.classify(imagesIn(images));
    return {
      probabilities: Float32Array.from(answers.flatMap(({ probabilities }) => [...probabilities])),
      isDigit: Float32Array.from(answers, ({ isDigit }) => isDigit),
      leastDigit: classifier.card.thresholds[DIGIT_FROM] ?? UNFITTED.digit,
    };
  },
};

/** The kinds of work for a classifier, with what each takes and returns. */
export type ClassifierWork = typeof classifierWork;

async function answerTo({ work: kind, input, model }: Extract<Task, { work: unknown }>): Promise<unknown> {
  return classifierWork[kind]((await readerOf(model)).classifier, input as never);
}

/** 28x28 images that lie one after another. */
function imagesIn(pixels: Uint8Array): Grey[] {
  const size = SIDE ** 2;
  return Array.from({ length: pixels.length / size }, (_, index) => ({
    width: SIDE,
    height: SIDE,
    pixels: pixels.subarray(index * size, (index + 1) * size),
  }));
}

function causeOf(error: unknown): Why {
  if (error instanceof UnknownPicture) return "picture";
  if (error instanceof LargePicture) return "large";
  return error instanceof MissingFile ? "file" : "fault";
}

function say(answer: Answer | { needs: string }): void {
  postMessage(answer);
}

/** Let messages arrive, such as that a picture is no longer needed. */
function nextMessage(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

async function explain(result: Found, reader: Reader, id: number): Promise<void> {
  for (const digit of result.digits.slice(0, MAX_EXPLAINED)) {
    await nextMessage();
    if (dropped.has(id)) return;
    const pixels = Uint8Array.from((digit.image ?? []).flat());
    digit.counted = whatCounts(reader.classifier, { width: SIDE, height: SIDE, pixels }, digit.digit);
  }
}

function readerOf(name: string): Promise<Reader> {
  const key = `reader ${name}`;
  // of a network that was trained here, and then further, only the last version is needed
  for (const keptKey of kept.keys())
    if (isOwn(name) && keptKey !== key && keptKey.split("@")[0] === key.split("@")[0]) kept.delete(keptKey);
  return once(key, async () => {
    return new Reader(new Classifier(await graphOf(name)), { detector, recogniser, lineDetector });
  });
}

function detector(): Promise<Detector> {
  return once("detector", async () => new Detector(await graphOf("detector")));
}

function recogniser(): Promise<Recogniser> {
  return once("line", async () => new Recogniser(await graphOf("line")));
}

function displayReader(): Promise<DisplayReader> {
  return once(DISPLAY, async () => new DisplayReader(new Recogniser(await graphOf(DISPLAY)), lineDetector));
}

function lineDetector(): Promise<LineDetector> {
  return once("line-detector", async () => new LineDetector(await graphOf("line-detector")));
}

/** Make something once; after a failure, the next use tries again. */
function once<T>(name: string, make: () => Promise<T>): Promise<T> {
  const earlier = kept.get(name) as Promise<T> | undefined;
  if (earlier) return earlier;
  const made = make();
  kept.set(name, made);
  made.catch(() => kept.delete(name));
  return made;
}

async function graphOf(name: string): Promise<Graph> {
  const file = fileOf(name);
  const content = await contentOf(file);
  coming.delete(file);
  if (!content) throw new MissingFile(file);
  return isOwn(name) ? graphOfOnnx(content) : unpack(await unpacked(content, file));
}

function fileOf(model: string): string {
  return isOwn(model) ? OWN_FOLDER + model : `models/${model}.bin.gz`;
}

function contentOf(file: string): Promise<Content> {
  const earlier = coming.get(file);
  if (earlier) return earlier;
  const content = new Promise<Content>((resolve) => {
    waiting.set(file, resolve);
    say({ needs: file });
  });
  coming.set(file, content);
  return content;
}
