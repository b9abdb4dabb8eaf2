/**
 * The weights of a network with the shape of `tiny` become whole numbers of 4 bits, and for each channel a scale and a
 * bias.
 */

import type { Tensor } from "../../runtime/graph";
import { fromHalf, toHalf } from "../../runtime/half";

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
export function tensorsOf(layers: readonly Layer[]): Map<string, Tensor> {
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
