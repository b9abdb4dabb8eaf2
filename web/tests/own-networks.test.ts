/** A network that was trained in the page reads there as any other, and is drawn with its own weights. */
import { expect, test } from "vitest";
import { largestAt } from "../src/ink/numbers";
import { Network } from "../src/networks/network";
import { onnxOf } from "../src/networks/onnx";
import { type NetworkName, STANDARD } from "../src/networks/settings";
import { examine } from "../src/networks/train";
import { Classifier } from "../src/reading/recognise/models";
import { graphOfOnnx } from "../src/runtime/onnx";

const SIDE = 28;
const image = Uint8Array.from({ length: SIDE * SIDE }, (_, index) => (index * 7919) % 256);
const digits = { images: image, labels: Uint8Array.of(3) };

/** A network with weights that differ from each other, and the same as the page reads with it. */
function both(name: NetworkName) {
  const settings = { ...STANDARD[name], hidden: 16 };
  const network = new Network(settings, 1);
  for (const { values } of network.weights)
    for (const index of values.keys()) values[index] = (((index * 7907) % 211) - 105) / 2_000;
  const judged = examine(network, digits);
  const trained = {
    network,
    settings,
    data: digits,
    judged,
    validated: { ...judged, labels: digits.labels },
  };
  return { network, classifier: new Classifier(graphOfOnnx(onnxOf(trained))) };
}

const look = (classifier: Classifier) => classifier.inside({ width: SIDE, height: SIDE, pixels: image });

test.each(["softmax", "mlp", "small_convolutions"] as const)("%s gives the same probabilities", (name) => {
  const { network, classifier } = both(name);
  const [answer] = classifier.classify([{ width: SIDE, height: SIDE, pixels: image }]);
  const expected = [...network.answers(image)];
  expected.forEach((probability, digit) => {
    expect(answer?.probabilities[digit]).toBeCloseTo(probability, 4);
  });
  expect(largestAt(look(classifier).scores)).toBe(largestAt(expected));
});

test("softmax is drawn as its ten templates", () => {
  const { network, classifier } = both("softmax");
  const { neurons, layers } = look(classifier);
  expect(layers).toEqual([]);
  expect(neurons).toMatchObject({ channels: 10, side: SIDE });
  const [{ values }] = network.weights as [(typeof network.weights)[0]];
  expect(neurons?.tiles.map(({ channel }) => channel)).toEqual(
    Array.from({ length: 10 }, (_, digit) => digit),
  );
  for (const { channel, values: weights } of neurons?.tiles ?? [])
    expect([...weights]).toEqual(Array.from(image, (_, pixel) => values[pixel * 10 + channel]));
});

test("a hidden layer is drawn as the neurons that answer most", () => {
  const { network, classifier } = both("mlp");
  const { neurons, layers } = look(classifier);
  expect(layers).toEqual([]);
  expect(neurons).toMatchObject({ channels: 16, side: SIDE });
  const [weights, biases] = network.weights as [(typeof network.weights)[0], (typeof network.weights)[0]];
  const answers = Array.from({ length: 16 }, (_, neuron) =>
    image.reduce(
      (sum, level, pixel) => sum + (level / 255) * (weights.values[pixel * 16 + neuron] as number),
      biases.values[neuron] as number,
    ),
  );
  const least = Math.min(...(neurons?.tiles ?? []).map(({ channel }) => Math.max(answers[channel] ?? 0, 0)));
  expect(answers.filter((probability) => probability > least).length).toBeLessThan(10);
  for (const { channel, values } of neurons?.tiles ?? [])
    expect([...values]).toEqual(Array.from(image, (_, pixel) => weights.values[pixel * 16 + channel]));
});

test("convolutions are drawn as feature maps", () => {
  const { layers, neurons } = look(both("small_convolutions").classifier);
  expect(neurons).toBe(null);
  expect(layers.map(({ channels, side }) => [channels, side])).toEqual([
    [8, 12],
    [16, 5],
  ]);
});
