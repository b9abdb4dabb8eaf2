import { expect, test } from "vitest";
import { firstNetwork, NEURONS, stepDown, templatesOf, traced } from "./backprop";
import { imageOf } from "./digit/examples";

const image = imageOf(4).values;

test("the gradient of the scores is the answer minus the label", () => {
  const { probabilities, gradient, loss } = traced(firstNetwork(), image, 4);
  probabilities.forEach((probability, digit) => {
    expect(gradient[digit]).toBeCloseTo(probability - (digit === 4 ? 1 : 0), 5);
  });
  expect(loss).toBeCloseTo(-Math.log(probabilities[4] ?? 0), 5);
});

test("a weight's gradient is its pixel times the gradient of its neuron", () => {
  const { hidden, hiddenGradient, weightGradients } = traced(firstNetwork(), image, 4);
  expect(hidden.filter((answer) => answer > 0).length).toBeGreaterThan(1);
  for (let neuron = 0; neuron < NEURONS; neuron++) {
    weightGradients[neuron]?.forEach((gradient, pixel) => {
      expect(gradient).toBeCloseTo(((image[pixel] ?? 0) / 255) * (hiddenGradient[neuron] ?? 0), 5);
    });
  }
});

test("a step down lowers the loss and changes the weights of neurons that answered only", () => {
  const network = firstNetwork();
  const before = traced(network, image, 4);
  const weights = templatesOf(network);
  stepDown(network, 0.05);
  expect(traced(network, image, 4).loss).toBeLessThan(before.loss);
  templatesOf(network).forEach((template, neuron) => {
    const same = template.every((value, pixel) => value === weights[neuron]?.[pixel]);
    expect(same).toBe(before.hidden[neuron] === 0);
  });
});
