/** Train the last layer of a small network on a person's digits, mixed with MNIST's so that it still reads others. */
import type { Graph, Tensor } from "../../runtime/graph";
import { Small, withTensors } from "./network";

export interface Examples {
  /** n * 784 pixels. */
  images: Uint8Array;
  labels: Uint8Array;
}

const KERNEL = "output/kernel";
const BIAS = "output/bias";
const CLASSES = 10;
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
