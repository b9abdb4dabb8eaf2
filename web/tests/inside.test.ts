/** What is drawn of a network, held to the formulas of its layers, summed term by term. */
import { expect, test } from "vitest";
import { Classifier } from "../src/reading/recognise/models";
import type { Graph } from "../src/runtime/graph";
import { exact } from "./models";

const SIDE = 28;
const image = {
  width: SIDE,
  height: SIDE,
  pixels: Uint8Array.from({ length: SIDE * SIDE }, (_, index) => (index * 7919) % 256),
};

const tensor = (graph: Graph, name: string) => {
  const stored = graph.tensors.get(name);
  if (!stored) throw new Error(`no ${name}`);
  return stored;
};
const valueAt = (graph: Graph, name: string, index = 0) => tensor(graph, name).values[index] as number;

/** Convolution, the largest of every 2x2, batch normalisation, ReLU. */
function mapOf(graph: Graph, { conv, norm }: { conv: string; norm: string }, channel: number): number[] {
  const { dims, values } = tensor(graph, `${conv}/kernel`);
  const side = dims[2] as number;
  const [scale, offset] = [valueAt(graph, "scale/scale"), valueAt(graph, "scale/offset")];
  const x = Array.from(image.pixels, (level) => level * scale + offset);
  const sum = (row: number, column: number) => {
    let total = 0;
    for (let y = 0; y < side; y++)
      for (let z = 0; z < side; z++)
        total +=
          (values[(channel * side + y) * side + z] as number) * (x[(row + y) * SIDE + column + z] as number);
    return total;
  };
  const pooled = (SIDE - side + 1) / 2;
  return Array.from({ length: pooled * pooled }, (_, index) => {
    const [row, column] = [2 * Math.floor(index / pooled), 2 * (index % pooled)];
    const most = Math.max(
      ...[0, 1].flatMap((down) => [0, 1].map((across) => sum(row + down, column + across))),
    );
    return Math.max(normalised(graph, { norm }, channel, most), 0);
  });
}

function normalised(graph: Graph, { norm }: { norm: string }, channel: number, value: number): number {
  const epsilon = Number(
    graph.nodes.find(({ inputs }) => inputs.includes(`${norm}/gamma`))?.attributes.epsilon,
  );
  const by =
    valueAt(graph, `${norm}/gamma`, channel) /
    Math.sqrt(valueAt(graph, `${norm}/moving_variance`, channel) + epsilon);
  return (
    (value - valueAt(graph, `${norm}/moving_mean`, channel)) * by + valueAt(graph, `${norm}/beta`, channel)
  );
}

test.each([
  ["default", { conv: "conv2d_1", norm: "batch_normalization_1" }, 3],
  ["tiny", { conv: "conv2d", norm: "batch_normalization" }, 4],
])("%s: the first maps are convolved, pooled, normalised and cut off at 0", (name, layer, depth) => {
  const graph = exact(name);
  const classifier = new Classifier(graph);
  const { layers } = classifier.inside(image);
  expect(layers).toHaveLength(depth);
  const [first] = layers;
  expect(first?.tiles.length).toBe(6);
  for (const { channel, values } of first?.tiles ?? []) {
    const expected = mapOf(graph, layer, channel);
    expect(first?.side).toBe(Math.sqrt(expected.length));
    for (const [pixel, value] of expected.entries()) expect(values[pixel]).toBeCloseTo(value, 3);
    const at = 5 * (first?.side ?? 0) + 3;
    const sum = classifier.sum({ pixels: image.pixels, layer: 0, channel, at });
    const products = sum?.window.map((value, index) => value * (sum.kernel[index] ?? 0)) ?? [];
    const total = products.reduce((all, product) => all + product, 0);
    expect(sum?.total).toBeCloseTo(total, 3);
    expect(Math.max(normalised(graph, layer, channel, total), 0)).toBeCloseTo(expected[at] ?? Number.NaN, 3);
    expect(sum?.map[at]).toBeCloseTo(expected[at] ?? Number.NaN, 3);
  }
});

test.each([
  ["default", 1, "batch_normalization_4"],
  ["default", 2, "batch_normalization_7"], // padded, not pooled
  ["tiny", 3, "batch_normalization_3"],
])("%s: a number of layer %i, counted from 0, is the sum over all maps before it", (name, layer, norm) => {
  const graph = exact(name);
  const classifier = new Classifier(graph);
  for (const at of [0, 1, null]) {
    const sum = classifier.sum({ pixels: image.pixels, layer, channel: 4, at });
    if (!sum) throw new Error("no such map");
    expect(sum.map[sum.at]).toBeCloseTo(Math.max(normalised(graph, { norm }, 4, sum.total), 0), 3);
    const products = sum.window.map((value, index) => value * (sum.kernel[index] ?? 0));
    expect(sum.part).toBeCloseTo(
      products.reduce((all, product) => all + product, 0),
      4,
    );
    expect(Math.max(...sum.map)).toBeGreaterThanOrEqual(sum.map[sum.at] ?? Number.NaN);
  }
  expect(classifier.sum({ pixels: image.pixels, layer, channel: 999, at: null })).toBe(null);
});

test.each(["default", "tiny", "softmax"])("%s: softmax of the scores is its answer", (name) => {
  const classifier = new Classifier(exact(name));
  const { scores } = classifier.inside(image);
  const powers = Array.from(scores, Math.exp);
  const sum = powers.reduce((total, power) => total + power, 0);
  const [answer] = classifier.classify([image]);
  powers.forEach((power, digit) => {
    expect(power / sum).toBeCloseTo(answer?.probabilities[digit] ?? 2, 5);
  });
});

test("softmax: the scores are the sums of pixels and weights", () => {
  const graph = exact("softmax");
  const { layers, scores } = new Classifier(graph).inside(image);
  expect(layers).toEqual([]);
  for (let digit = 0; digit < 10; digit++) {
    let sum = valueAt(graph, "output/bias", digit);
    image.pixels.forEach((pixel, index) => {
      sum += (pixel / 255) * valueAt(graph, "output/kernel", index * 10 + digit);
    });
    expect(scores[digit]).toBeCloseTo(sum, 3);
  }
});
