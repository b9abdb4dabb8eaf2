/** Compute everything that a film shows: a digit's way through the network, the loss, its gradient, and a step. */
import { largestAt } from "../ink/numbers";
import { crossEntropy, oneHot, softmax } from "../learn/concepts";
import { Relu } from "../networks/layers";
import type { Graph } from "../runtime/graph";
import { FilmNetwork, type Maps } from "./network";

/** The learning rates that are tried, from the lowest on: each is twice the one before. */
const RATES = Array.from({ length: 14 }, (_, doubled) => 5e-7 * 2 ** doubled);
const ENOUGH = 0.25; // fraction of the loss: if so little is left, the step was large enough

/** The network's answer for the digit. */
interface Answers {
  /** Of each window of the first layer: 5 · 5 weights. */
  kernels: readonly Float32Array[];
  /** The windows' outputs everywhere, before pooling. */
  swept: Maps;
  /** The output of each convolutional layer. */
  blocks: readonly Maps[];
  scores: readonly number[];
  probabilities: readonly number[];
  loss: number;
}

export interface Take extends Answers {
  /** 784 values, ink 255. */
  image: Uint8Array;
  /** The most probable digit. */
  answer: number;
  /** The true digit, if known. */
  truth: number | null;
  /** The digit that it should have been, and whether that is only supposed. */
  label: number;
  isSupposed: boolean;
  /** The window of the first layer that finds most. */
  strongest: number;
  /** The weights between the last layer of windows and the scores: (40, 10). */
  weights: Float32Array;
  /** From each map of a layer to each of the next: how large the weights between them are, 0 to 1; (from, to). */
  strands: readonly Maps[];
  /** The gradient of the loss. */
  gradient: { scores: readonly number[]; blocks: readonly Maps[]; kernels: readonly Float32Array[] };
  /** The learning rate of the step. */
  rate: number;
  /** After one step against the gradient. */
  after: Answers;
}

/**
 * Have a network read a digit, compare the answer with a label, go back, and make one step.
 *
 * @param truth the true digit, if known
 * @param meant the digit wanted; by default the truth if the network is wrong, else its second choice: of a
 *   right and sure answer there would be next to nothing to learn
 */
export function takeOf(
  graph: Pick<Graph, "nodes" | "tensors">,
  image: Uint8Array,
  truth: number | null,
  meant: number | null,
): Take {
  const network = new FilmNetwork(graph);
  const { scores } = network.forward(image);
  const answer = largestAt(scores);
  const isWrong = truth !== null && truth !== answer;
  const label = meant ?? (isWrong ? truth : largestAt(scores, answer));
  const before = answersOf(network, image, label);
  const ofScores = before.probabilities.map((probability, digit) => probability - Number(digit === label));
  const gradients = network.backward(ofScores);
  const first = network.layers[0]?.weights[0];
  const last = network.layers.at(-1)?.weights[0];
  const gradient = {
    scores: ofScores,
    blocks: gradients.filter((_, index) => network.layers[index] instanceof Relu),
    kernels: columnsOf(first?.gradient ?? new Float32Array(), before.kernels.length),
  };
  const weights = (last?.values ?? new Float32Array()).slice();
  const strands = strandsOf(network);
  const { rate, after } = stepped(network, (now) => answersOf(now, image, label), before.loss);
  return {
    ...before,
    image,
    answer,
    truth,
    label,
    isSupposed: label !== (truth ?? answer),
    strongest: strongestOf(before.blocks[0]),
    weights,
    strands,
    gradient,
    rate,
    after,
  };
}

/** The smallest step that removes most of the loss; else the step that leaves the least. */
function stepped(network: FilmNetwork, answers: (network: FilmNetwork) => Answers, loss: number) {
  const from = network.weights.map(({ values }) => values.slice());
  let best: { rate: number; after: Answers } | null = null;
  for (const rate of RATES) {
    network.descend(rate);
    const after = answers(network);
    if (!best || after.loss < best.after.loss) best = { rate, after };
    if (after.loss < ENOUGH * loss) break;
    network.weights.forEach(({ values }, index) => {
      values.set(from[index] ?? []);
    });
  }
  return best ?? { rate: 0, after: answers(network) };
}

function answersOf(network: FilmNetwork, image: Uint8Array, label: number): Answers {
  const { outputs, scores } = network.forward(image);
  const probabilities = softmax(scores);
  const kernel = network.layers[0]?.weights[0];
  return {
    kernels: columnsOf(kernel?.values ?? new Float32Array(), outputs[0]?.channels ?? 0),
    swept: outputs[0] ?? { side: 0, channels: 0, values: new Float32Array() },
    blocks: outputs.filter((_, index) => network.layers[index] instanceof Relu),
    scores,
    probabilities,
    // the epsilon added to probabilities would make it slightly negative
    loss: Math.max(crossEntropy(oneHot(label), probabilities), 0),
  };
}

function strongestOf(maps: Maps | undefined): number {
  const channels = columnsOf(maps?.values ?? new Float32Array(), maps?.channels ?? 0);
  return largestAt(channels.map((values) => values.reduce((sum, value) => sum + value, 0)));
}

/** The columns of rows of numbers, such as each of the maps of a layer. */
export function columnsOf(values: Float32Array, count: number): Float32Array[] {
  return Array.from({ length: count }, (_, column) => values.filter((_, index) => index % count === column));
}

/** Of each layer of windows but the first. */
function strandsOf(network: FilmNetwork): Maps[] {
  const kernels = network.weights.filter(({ shape }) => shape.length === 4).slice(1);
  return kernels.map(({ shape, values }) => {
    const [, , came = 0, goes = 0] = shape;
    const sums = new Float32Array(came * goes);
    for (const [index, value] of values.entries()) {
      const at = index % sums.length;
      sums[at] = (sums[at] as number) + value * value;
    }
    const most = Math.max(...sums);
    return { side: came, channels: goes, values: sums.map((sum) => Math.sqrt(sum / most)) };
  });
}
