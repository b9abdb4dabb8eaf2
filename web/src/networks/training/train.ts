/** Settings and images become a trained network: a generator of events, one after the other, as in Python. */
import { CLASSES, PIXELS } from "../../data/image";
import { countCorrect, crossEntropy, scoreGradient } from "../loss";
import { AT_ONCE, Network } from "../network";
import { type Optimizer, optimizerOf } from "../optimizers";
import { Order } from "../random/order";
import { drawSqueezes, squeeze } from "./augment";
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

/** The state of a training, as `Training.state` returns and `Training.restore` takes it. */
export interface TrainingState {
  step: number;
  weights: Float32Array[];
  /** The state of the optimizer. */
  memory: Float32Array[];
}

/** Of all training images, the first twelfth is for validation, as in Python: 5,000 of 60,000. */
export function split({ images, labels }: Digits, most: number): Splits {
  const held = Math.floor(labels.length / 12);
  const stop = Math.min(held + most, labels.length);
  return {
    validation: { images: images.subarray(0, held * PIXELS), labels: labels.subarray(0, held) },
    train: { images: images.subarray(held * PIXELS, stop * PIXELS), labels: labels.subarray(held, stop) },
  };
}

/** A network in training, which can continue after any step. */
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

  /** A copy of its state. */
  get state(): TrainingState {
    return {
      step: this.step,
      weights: this.network.weights.map(({ values }) => values.slice()),
      memory: this.#optimize.memory.map((values) => values.slice()),
    };
  }

  /** Continue from the state of another training with the same settings. */
  restore({ step, weights, memory }: TrainingState): void {
    this.step = step;
    this.network.weights.forEach(({ values }, index) => {
      values.set(weights[index] ?? []);
    });
    this.#optimize.memory.forEach((values, index) => {
      values.set(memory[index] ?? []);
    });
  }

  /**
   * Take the remaining steps, up to `steps`.
   *
   * @throws LossError the loss is not finite
   */
  *run(steps = this.settings.steps): Generator<TrainingStep> {
    const { report_every, validate_every } = this.settings;
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
    const changes = settings.augment === "squeeze" ? drawSqueezes(settings.seed, step, size) : null;
    const weight = settings.loss === "mean" ? 1 / size : 1;
    for (const { gradient } of network.weights) gradient.fill(0);
    let [loss, correct] = [0, 0];
    for (let start = 0; start < size; start += AT_ONCE) {
      const piece = batch.subarray(start, start + AT_ONCE);
      const labels = Uint8Array.from(piece, (image) => this.data.train.labels[image] as number);
      piece.forEach((image, index) => {
        const pixels = this.data.train.images.subarray(image * PIXELS, (image + 1) * PIXELS);
        const change = changes?.[start + index];
        network.put(change ? squeeze(pixels, change) : pixels, index);
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
