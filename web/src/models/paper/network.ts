/** A rounded network in the form that the page runs: the graph of `tiny` with new weights. */
import type { Graph, Tensor } from "../../runtime/graph";
import { fromHalf, toHalf } from "../../runtime/half";
import { Network } from "../../runtime/network";

const PROBABILITIES = "probabilities";
const HIDDEN = "flatten/flatten:0";
const SIDE = 28;
const CLASSES = 10;

function withTensors(tiny: Graph, changed: ReadonlyMap<string, Tensor>): Graph {
  return { ...tiny, tensors: new Map([...tiny.tensors, ...changed]) };
}

export function graphOf(tiny: Graph, layers: readonly Layer[]): Graph {
  return withTensors(tiny, tensorsOf(layers));
}

/** A graph with the shape of `tiny`, ready to run. */
export class Small {
  readonly #network: Network;

  constructor(readonly graph: Graph) {
    this.#network = new Network(graph);
  }

  /** Ten probabilities of each image, 28x28 pixels each. */
  probabilities(images: Uint8Array): Float32Array {
    return this.#run(images, PROBABILITIES);
  }

  /** The inputs of the last layer for each image. */
  features(images: Uint8Array): Float32Array {
    return this.#run(images, HIDDEN);
  }

  /** How many images get their label as the most probable digit. */
  right(images: Uint8Array, labels: Uint8Array): number {
    const probabilities = this.probabilities(images);
    return labels.reduce((right, label, index) => {
      const own = probabilities.subarray(index * CLASSES, (index + 1) * CLASSES);
      return right + (own.every((other, digit) => digit === label || other < (own[label] ?? 0)) ? 1 : 0);
    }, 0);
  }

  #run(images: Uint8Array, output: string): Float32Array {
    const size = { n: images.length / SIDE ** 2, height: SIDE, width: SIDE };
    return this.#network.run(images, size, [output])[0]?.values ?? new Float32Array();
  }
}

/*
 * The weights of a network with the shape of `tiny` become whole numbers of 4 bits, and for each channel a scale and a
 * bias.
 */

const LOWEST = -8;
const HIGHEST = 7;
/** The convolutions in their order, each with the normalisation after it, and the side of its window. */
const CONVOLUTIONS = [
  ["conv2d", "batch_normalization", 5],
  ["conv2d_1", "batch_normalization_1", 3],
  ["conv2d_2", "batch_normalization_2", 3],
  ["conv2d_3", "batch_normalization_3", 3],
] as const;
const KERNEL = "output/kernel";
const BIAS = "output/bias";
/** The channels of each layer and the weights of a channel; the last layer is the dense one. */
export const SHAPES = [
  [8, 25],
  [14, 72],
  [14, 126],
  [10, 126],
  [10, 40],
] as const;

const EPSILON = 1e-3; // Keras adds it to the variance
/** The range to try, relative to the largest weight of a channel; the last ones leave rounded weights as they are. */
const CLIPPED = [
  ...Array.from({ length: 60 }, (_, index) => 0.4 + (0.7 * index) / 59),
  ...Array.from({ length: 8 }, (_, index) => HIGHEST / (index + 1)),
];

/** `scale * (weights · inputs) + bias` for each channel; pooling comes before the scale. */
export interface Layer {
  /** Channel after channel, LOWEST to HIGHEST. */
  weights: Int8Array;
  scale: Float32Array;
  bias: Float32Array;
}

type Tensors = ReadonlyMap<string, Tensor>;

/** Whether a network has the shape of `tiny`. */
export function fits(tensors: Tensors): boolean {
  const kernels = CONVOLUTIONS.map(([name]) => tensors.get(`${name}/kernel`)?.values.length);
  const expected = SHAPES.map(([channels, count]) => channels * count);
  return [...kernels, tensors.get(KERNEL)?.values.length].every((size, index) => size === expected[index]);
}

/** @throws RangeError if a number is beyond half precision */
export function rounded(tensors: Tensors): Layer[] {
  const layers = CONVOLUTIONS.map(([convolution, normalization]) => {
    const [gamma, beta, mean, variance] = ["gamma", "beta", "moving_mean", "moving_variance"].map((name) =>
      valuesOf(tensors, `${normalization}/${name}`),
    ) as [Float32Array, Float32Array, Float32Array, Float32Array];
    const gain = gamma.map((value, channel) => value / Math.sqrt((variance[channel] ?? 0) + EPSILON));
    const bias = beta.map((value, channel) => value - (gain[channel] ?? 0) * (mean[channel] ?? 0));
    return layerOf(valuesOf(tensors, `${convolution}/kernel`), gain, bias);
  });
  const bias = valuesOf(tensors, BIAS);
  return [
    ...layers,
    layerOf(
      transposed(valuesOf(tensors, KERNEL), bias.length),
      bias.map(() => 1),
      bias,
    ),
  ];
}

/** Round each channel with the step that leaves the least squared error. */
function layerOf(kernel: Float32Array, gain: Float32Array, bias: Float32Array): Layer {
  const count = kernel.length / bias.length;
  const weights = new Int8Array(kernel.length);
  const scale = gain.map((value, channel) => {
    const own = kernel.subarray(channel * count, (channel + 1) * count);
    const step = bestStep(own);
    for (const [index, weight] of own.entries()) weights[channel * count + index] = whole(weight, step);
    return half(value * step);
  });
  return { weights, scale, bias: bias.map(half) };
}

function bestStep(weights: Float32Array): number {
  const largest = Math.max(1e-12, ...weights.map(Math.abs));
  let [best, least] = [0, Number.POSITIVE_INFINITY];
  for (const ratio of CLIPPED) {
    const step = (largest * ratio) / HIGHEST;
    let error = 0;
    for (const weight of weights) error += (weight - whole(weight, step) * step) ** 2;
    if (error < least) [best, least] = [step, error];
  }
  return best;
}

/** The nearest whole number that 4 bits hold; of two equally near, the even one. */
function whole(weight: number, step: number): number {
  const value = weight / step;
  const below = Math.floor(value);
  const rest = value - below;
  const nearest = rest > 0.5 || (rest === 0.5 && below % 2 !== 0) ? below + 1 : below;
  return Math.min(Math.max(nearest, LOWEST), HIGHEST);
}

/** A number rounded to half precision. */
function half(value: number): number {
  const bits = toHalf(value);
  return fromHalf(Uint8Array.of(bits >> 8), Uint8Array.of(bits & 255))[0] ?? 0;
}

/** The weights, by name, that make `tiny`'s graph compute with rounded layers. */
function tensorsOf(layers: readonly Layer[]): Map<string, Tensor> {
  const tensors = new Map<string, Tensor>();
  for (const [index, [convolution, normalization, side]] of CONVOLUTIONS.entries()) {
    const { weights, scale, bias } = layers[index] as Layer;
    const channels = scale.length;
    const dims = [channels, weights.length / channels / side ** 2, side, side];
    tensors.set(`${convolution}/kernel`, { dims, values: Float32Array.from(weights) });
    const of = { gamma: scale, beta: bias, moving_mean: scale.map(() => 0) };
    const all = { ...of, moving_variance: scale.map(() => 1 - EPSILON) };
    for (const [name, values] of Object.entries(all))
      tensors.set(`${normalization}/${name}`, { dims: [channels], values });
  }
  const { weights, scale, bias } = layers.at(-1) as Layer;
  const count = weights.length / scale.length;
  const kernel = Float32Array.from(
    weights,
    (weight, index) => weight * (scale[Math.floor(index / count)] ?? 0),
  );
  tensors.set(KERNEL, { dims: [count, scale.length], values: transposed(kernel, count) });
  tensors.set(BIAS, { dims: [bias.length], values: bias });
  return tensors;
}

/** Rows become columns. */
function transposed(values: Float32Array, columns: number): Float32Array {
  const rows = values.length / columns;
  return values.map((_, index) => values[(index % rows) * columns + Math.floor(index / rows)] ?? 0);
}

function valuesOf(tensors: Tensors, name: string): Float32Array {
  const tensor = tensors.get(name);
  if (!tensor) throw new Error(`the network has no ${name}`);
  return tensor.values;
}

/** Train the last layer of a small network on a person's digits, mixed with MNIST's so that it still reads others. */
export interface Examples {
  /** n * 784 pixels. */
  images: Uint8Array;
  labels: Uint8Array;
}

const STEPS = 200;
const RATE = 0.02;
const MOMENTUM = 0.9;
/** The total weight of the user's digits relative to MNIST's. */
const OWN = 0.5;

/**
 * Train the last layer by gradient descent on all examples at once; the other layers stay as they are.
 *
 * @param own at least one
 */
export function taught(graph: Graph, own: Examples, others: Examples): Graph {
  const network = new Small(graph);
  const features = [own, others].map(({ images }) => network.features(images));
  const kernel = Float32Array.from(graph.tensors.get(KERNEL)?.values ?? []);
  const bias = Float32Array.from(graph.tensors.get(BIAS)?.values ?? []);
  const count = kernel.length / CLASSES;
  const moved = { kernel: new Float32Array(kernel.length), bias: new Float32Array(CLASSES) };
  for (let step = 0; step < STEPS; step++) {
    for (const speeds of [moved.kernel, moved.bias])
      for (const [index, speed] of speeds.entries()) speeds[index] = MOMENTUM * speed;
    for (const [group, { labels }] of [own, others].entries()) {
      const weight = (group === 0 ? OWN : 1 - OWN) / labels.length;
      const seen = features[group] as Float32Array;
      for (const [index, label] of labels.entries()) {
        const inputs = seen.subarray(index * count, (index + 1) * count);
        const errors = probabilitiesOf(inputs, kernel, bias);
        errors[label] = (errors[label] ?? 0) - 1;
        for (let digit = 0; digit < CLASSES; digit++) {
          const change = RATE * weight * (errors[digit] ?? 0);
          moved.bias[digit] = (moved.bias[digit] ?? 0) - change;
          for (let input = 0; input < count; input++) {
            const at = input * CLASSES + digit;
            moved.kernel[at] = (moved.kernel[at] ?? 0) - change * (inputs[input] ?? 0);
          }
        }
      }
    }
    for (const index of kernel.keys()) kernel[index] = (kernel[index] ?? 0) + (moved.kernel[index] ?? 0);
    for (const index of bias.keys()) bias[index] = (bias[index] ?? 0) + (moved.bias[index] ?? 0);
  }
  const tensor = (name: string, values: Float32Array): [string, Tensor] => [
    name,
    { dims: graph.tensors.get(name)?.dims ?? [], values },
  ];
  return withTensors(graph, new Map([tensor(KERNEL, kernel), tensor(BIAS, bias)]));
}

function probabilitiesOf(inputs: Float32Array, kernel: Float32Array, bias: Float32Array): Float32Array {
  const scores = Float32Array.from(bias);
  for (const [input, value] of inputs.entries())
    for (let digit = 0; digit < CLASSES; digit++)
      scores[digit] = (scores[digit] ?? 0) + value * (kernel[input * CLASSES + digit] ?? 0);
  const highest = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - highest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}
