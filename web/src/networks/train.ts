/** Settings and images become a trained network: a generator of events, one after the other, as in Python. */
import { CLASSES, PIXELS } from "../data/image";
import { ADAM_S_EPSILON, FIRST_RATE, LAST_RATE } from "../generated/networks";
import type { Weight } from "./layers";
import { AT_ONCE, countCorrect, crossEntropy, Network, scoreGradient } from "./network";
import { Order } from "./random";
import type { Settings } from "./settings";

/** Images, 784 pixels each from 0 to 255, and their labels. */
export interface Digits {
  images: Uint8Array;
  labels: Uint8Array;
}

export interface Splits {
  train: Digits;
  validation: Digits;
}

export type TrainingStep =
  /** The loss of this step's batch before the step, and the fraction of the batch that was correct. */
  | { name: "progress"; step: number; loss: number; accuracy: number }
  /** The loss per image and the accuracy on the validation split. */
  | { name: "validated"; step: number; loss: number; accuracy: number; n: number }
  /** A step was taken; nothing to report. */
  | { name: "step"; step: number };

/** Of all training images, the first twelfth is for validation, as in Python: 5,000 of 60,000. */
export function split({ images, labels }: Digits, most: number): Splits {
  const held = Math.floor(labels.length / 12);
  const stop = Math.min(held + most, labels.length);
  return {
    validation: { images: images.subarray(0, held * PIXELS), labels: labels.subarray(0, held) },
    train: { images: images.subarray(held * PIXELS, stop * PIXELS), labels: labels.subarray(held, stop) },
  };
}

/** A network in training. */
export class Training {
  readonly network: Network;
  readonly #optimize: Optimizer;
  readonly #order: Order;
  step = 0;

  constructor(
    readonly settings: Settings,
    private readonly data: Splits,
  ) {
    this.network = new Network(settings, settings.seed);
    this.#optimize = optimizerOf(settings, this.network.weights);
    this.#order = new Order(data.train.labels.length, settings.seed);
  }

  /**
   * Take the steps.
   *
   * @throws LossError the loss is not finite
   */
  *run(): Generator<TrainingStep> {
    const { steps, report_every, validate_every } = this.settings;
    while (this.step < steps) {
      const { loss, accuracy } = this.#take(this.step);
      this.step++;
      if (!Number.isFinite(loss)) throw new LossError(this.step, loss);
      if (this.step % report_every === 0) yield { name: "progress", step: this.step, loss, accuracy };
      if (this.step % validate_every === 0 || this.step === steps) yield this.#validate();
      yield { name: "step", step: this.step };
    }
  }

  /** One step: forward, loss, back, and a little downhill. */
  #take(step: number): { loss: number; accuracy: number } {
    const { settings, network } = this;
    const size = settings.batch_size;
    const batch = this.#order.take(step * size, (step + 1) * size);
    const weight = settings.loss === "mean" ? 1 / size : 1;
    for (const { gradient } of network.weights) gradient.fill(0);
    let [loss, correct] = [0, 0];
    for (let start = 0; start < size; start += AT_ONCE) {
      const piece = batch.subarray(start, start + AT_ONCE);
      const labels = Uint8Array.from(piece, (image) => this.data.train.labels[image] as number);
      piece.forEach((image, index) => {
        const pixels = this.data.train.images.subarray(image * PIXELS, (image + 1) * PIXELS);
        network.put(pixels, index);
      });
      const probabilities = network.forward(piece.length);
      loss += weight * crossEntropy(probabilities, labels, settings);
      correct += countCorrect(probabilities, labels);
      network.backward(piece.length, (y, gradient) => scoreGradient(y, labels, settings, weight, gradient));
    }
    this.#optimize.take(step);
    return { loss, accuracy: correct / size };
  }

  #validate(): TrainingStep {
    const { images, labels } = this.data.validation;
    const probabilities = this.network.answers(images);
    const n = labels.length;
    const loss = crossEntropy(probabilities, labels, { ...this.settings, label_smoothing: 0 }) / n;
    return { name: "validated", step: this.step, loss, accuracy: countCorrect(probabilities, labels) / n, n };
  }
}

/** The loss of a step is not a finite number: the steps were too long. */
export class LossError extends Error {
  constructor(
    readonly step: number,
    readonly loss: number,
  ) {
    super(`the loss of step ${step} is ${loss}`);
  }
}

/** The result on images that were in no training: the accuracy, and every image that was misread. */
export interface Examined {
  accuracy: number;
  n: number;
  /** Ten probabilities for each image. */
  probabilities: Float32Array;
}

export function examine(network: Network, { images, labels }: Digits): Examined {
  const probabilities = network.answers(images);
  const n = probabilities.length / CLASSES;
  return { accuracy: countCorrect(probabilities, labels) / n, n, probabilities };
}

/** How a gradient changes the weights: plain gradient descent, and Adam (Kingma and Ba, 2015). */
interface Optimizer {
  /** Changes the weights by one step, numbered from 0. */
  take(step: number): void;
}

function optimizerOf(settings: Settings, weights: readonly Weight[]): Optimizer {
  const rate = (step: number) => rateAt(settings, step);
  return settings.optimizer === "adam" ? adam(settings, weights, rate) : descend(weights, rate);
}

/** The learning rate: constant, or a linear rise and then half a cosine down (after Smith, 2018). */
function rateAt({ schedule, learning_rate, steps, warm_up }: Settings, step: number): number {
  if (schedule === "constant") return learning_rate;
  const progress = (step + 0.5) / steps;
  if (progress < warm_up) return learning_rate * (FIRST_RATE + ((1 - FIRST_RATE) * progress) / warm_up);
  const fallen = Math.min((progress - warm_up) / (1 - warm_up), 1);
  return learning_rate * (LAST_RATE + (1 - LAST_RATE) * 0.5 * (1 + Math.cos(Math.PI * fallen)));
}

function descend(weights: readonly Weight[], rateAt: (step: number) => number): Optimizer {
  const take = (step: number) => {
    const rate = rateAt(step);
    for (const { values, gradient } of weights) {
      for (let index = 0; index < values.length; index++) {
        values[index] = (values[index] as number) - rate * (gradient[index] as number);
      }
    }
  };
  return { take };
}

/** Each weight gets a step length of its own: the average gradient, divided by how large gradients usually are. */
function adam(settings: Settings, weights: readonly Weight[], rateAt: (step: number) => number): Optimizer {
  const { beta_1, beta_2 } = settings;
  const kept = weights.map(({ values }) => ({
    mean: new Float32Array(values.length),
    square: new Float32Array(values.length),
  }));
  const take = (step: number) => {
    const unbiased = Math.sqrt(1 - beta_2 ** (step + 1)) / (1 - beta_1 ** (step + 1));
    const rate = rateAt(step) * unbiased;
    weights.forEach(({ values, gradient }, index) => {
      const { mean, square } = kept[index] as (typeof kept)[number];
      for (let index = 0; index < values.length; index++) {
        const slope = gradient[index] as number;
        const m = (mean[index] as number) + (slope - (mean[index] as number)) * (1 - beta_1);
        const v = (square[index] as number) + (slope * slope - (square[index] as number)) * (1 - beta_2);
        mean[index] = m;
        square[index] = v;
        values[index] = (values[index] as number) - (rate * m) / (Math.sqrt(v) + ADAM_S_EPSILON);
      }
    });
  };
  return { take };
}
