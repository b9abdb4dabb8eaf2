/** One digit forward and back through a network with one hidden layer, with everything in between. */
import { CLASSES, PIXELS } from "../data/image";
import { crossEntropy, Network, scoreGradient } from "../networks/network";

export const NEURONS = 8;
const SEED = 13; // with these first weights, several neurons answer to every digit
const TARGETS = { epsilon: 1e-10, label_smoothing: 0 };

export interface Trace {
  /** Of each hidden neuron: its answer after ReLU, and the gradient of the loss for it. */
  hidden: number[];
  hiddenGradient: number[];
  /** Of each digit: the probability, and the gradient of the loss for its score. */
  probabilities: number[];
  gradient: number[];
  loss: number;
  /** The weights from each hidden neuron to the ten scores. */
  outputWeights: number[][];
  /** The gradient for the 784 weights of each hidden neuron. */
  weightGradients: Float32Array[];
}

export function firstNetwork(): Network {
  return new Network({ network: "mlp", hidden: NEURONS, depth: 1 }, SEED);
}

/** The weights from the pixels to each hidden neuron. */
export function templatesOf(network: Network): Float32Array[] {
  return columnsOf(network.weights[0]?.values ?? new Float32Array());
}

/** Forward and back; the gradients stay in the network's weights. */
export function traced(network: Network, image: Uint8Array, label: number): Trace {
  const [dense, relu, output] = network.layers;
  if (!dense || !relu || !output) throw new Error("not a network with one hidden layer");
  for (const { gradient } of network.weights) gradient.fill(0);
  network.put(image, 0);
  const probabilities = network.forward(1);
  const labels = Uint8Array.of(label);
  const hidden = Array.from(relu.forward(dense.forward(network.inputs, 1), 1).subarray(0, NEURONS));
  const loss = crossEntropy(probabilities, labels, TARGETS);
  let ofScores: number[] = [];
  network.backward(1, (y, gradient) => {
    scoreGradient(y, labels, TARGETS, 1, gradient);
    ofScores = Array.from(gradient.subarray(0, 10));
  });
  return {
    hidden,
    hiddenGradient: backThrough(network, ofScores, hidden),
    probabilities: Array.from(probabilities.subarray(0, 10)),
    gradient: ofScores,
    loss,
    outputWeights: outputWeightsOf(network),
    weightGradients: columnsOf(network.weights[0]?.gradient ?? new Float32Array()),
  };
}

/** One step of gradient descent with the gradients of the last `traced`. */
export function stepDown(network: Network, rate: number): void {
  for (const { values, gradient } of network.weights) {
    values.set(values.map((value, index) => value - rate * (gradient[index] ?? 0)));
  }
}

/** Each neuron gets from each score its gradient times the weight between them; ReLU lets nothing through that is 0. */
function backThrough(network: Network, gradient: readonly number[], hidden: readonly number[]): number[] {
  return outputWeightsOf(network).map((weights, neuron) => {
    const sum = weights.reduce((total, weight, digit) => total + weight * (gradient[digit] ?? 0), 0);
    return (hidden[neuron] ?? 0) > 0 ? sum : 0;
  });
}

function outputWeightsOf(network: Network): number[][] {
  const kernel = network.weights[2]?.values ?? new Float32Array();
  return Array.from({ length: NEURONS }, (_, neuron) =>
    Array.from(kernel.subarray(neuron * CLASSES, (neuron + 1) * CLASSES)),
  );
}

function columnsOf(kernel: Float32Array): Float32Array[] {
  return Array.from({ length: NEURONS }, (_, neuron) =>
    Float32Array.from({ length: PIXELS }, (_, pixel) => kernel[pixel * NEURONS + neuron] ?? 0),
  );
}
