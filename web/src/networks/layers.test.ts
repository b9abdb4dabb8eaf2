import { expect, test } from "vitest";
import { PIXELS } from "../data/image";
import { crossEntropy, Network, scoreGradient } from "./network";
import { RandomGenerator } from "./random";

// float32 has seven digits: a step much smaller than this would be lost in rounding
const STEP = 2e-3;
const TARGETS = { epsilon: 1e-10, label_smoothing: 0.1 };

/** A network with random weights everywhere, and random images; none at a corner of ReLU or pooling by design. */
function prepared(network: "softmax" | "mlp" | "small_convolutions") {
  const draws = new RandomGenerator([7]);
  const built = new Network({ network, hidden: 12, depth: 2 }, 3);
  const labels = Uint8Array.from([3, 0, 9, 1]);
  for (const { name, values } of built.weights) {
    if (name.endsWith("bias") || network === "softmax")
      values.set(Float32Array.from(values, () => draws.double() - 0.5));
  }
  built.put(
    Float32Array.from({ length: labels.length * PIXELS }, () => 255 * draws.double()),
    0,
  );
  const loss = () => crossEntropy(built.forward(labels.length), labels, TARGETS);
  return { built, labels, loss };
}

test.each(["softmax", "mlp", "small_convolutions"] as const)(
  "%s: every gradient is the slope of the loss",
  (network) => {
    const { built, labels, loss } = prepared(network);
    loss();
    built.backward(labels.length, (y, gradient) => scoreGradient(y, labels, TARGETS, 1, gradient));
    const draws = new RandomGenerator([8]);
    for (const { name, values, gradient } of built.weights) {
      const largest = gradient.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      expect(largest, name).toBeGreaterThan(0);
      for (let trial = 0; trial < 12; trial++) {
        const index = draws.upTo(values.length - 1);
        const before = values[index] as number;
        values[index] = before + STEP;
        const above = loss();
        values[index] = before - STEP;
        const below = loss();
        values[index] = before;
        const slope = (above - below) / (2 * STEP);
        expect(Math.abs(slope - (gradient[index] as number)), `${name}[${index}]`).toBeLessThan(
          0.05 * largest,
        );
      }
    }
  },
);
