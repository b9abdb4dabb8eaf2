import { beforeAll, describe, expect, it } from "vitest";
import { crossEntropy, oneHot, softmax } from "./concepts";
import { type CurveName, curves, runsOn, Slice, stepOn, type Verdict, verdictOn, type Walk } from "./descent";
import { biasOf, digits, scoresOf, templateOf } from "./digit/examples";

const images = Uint8Array.from(digits.flatMap(({ values }) => [...values]));
const labels = Uint8Array.from(digits, ({ label }) => label);
const trained = Array.from({ length: 10 }, (_, digit) => ({
  pixels: templateOf(digit),
  bias: biasOf(digit),
}));
let slice: Slice;

beforeAll(() => {
  slice = new Slice(images, labels, trained);
});

/** The loss of any weights, as the steps before this one compute it. */
function lossOf(weights: Float64Array): number {
  const losses = digits.map(({ values, label }) => {
    const scores = Array.from({ length: 10 }, (_, digit) => {
      const own = weights.subarray(digit * 785, (digit + 1) * 785);
      return values.reduce((sum, value, pixel) => sum + (value / 255) * (own[pixel] ?? 0), own[784] ?? 0);
    });
    return crossEntropy(oneHot(label), softmax(scores));
  });
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
}

describe("a slice through the loss", () => {
  it("has all weights at 0 in its middle, and the trained network to the right", () => {
    expect(slice.loss({ x: 0, y: 0 })).toBeCloseTo(Math.log(10), 8);
    const losses = digits.map(({ values, label }) => crossEntropy(oneHot(label), softmax(scoresOf(values))));
    const mean = losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
    expect(slice.loss({ x: slice.trained, y: 0 })).toBeCloseTo(mean, 5);
  });

  it("is the loss of the weights of each place", () => {
    const at = { x: 4.2, y: -1.7 };
    const weights = slice.across.map((component, index) => at.x * component + at.y * (slice.up[index] ?? 0));
    expect(slice.loss(at)).toBeCloseTo(lossOf(weights), 10);
  });

  it("contains the first step of gradient descent", () => {
    const { x, y } = slice.slope({ x: 0, y: 0 });
    expect(y).toBeLessThan(0);
    const step = slice.across.map((component, index) => -(x * component + y * (slice.up[index] ?? 0)));
    // the whole gradient is as long as its part in the slice: nothing of it leads elsewhere
    const gradient = step.map((_, index) => {
      const [more, less] = [new Float64Array(step.length), new Float64Array(step.length)];
      if (index % 97) return 0;
      more[index] = 1e-4;
      less[index] = -1e-4;
      return (lossOf(more) - lossOf(less)) / 2e-4;
    });
    for (let index = 0; index < step.length; index += 97)
      expect(step[index]).toBeCloseTo(-(gradient[index] ?? 0), 6);
  });

  it("slopes as its heights say", () => {
    const at = { x: 3, y: 1.5 };
    const near = (x: number, y: number) => slice.loss({ x: at.x + x, y: at.y + y });
    const { x, y } = slice.slope(at);
    expect(x).toBeCloseTo((near(1e-5, 0) - near(-1e-5, 0)) / 2e-5, 6);
    expect(y).toBeCloseTo((near(0, 1e-5) - near(0, -1e-5)) / 2e-5, 6);
  });
});

function walked(name: CurveName, rate: number, steps = 300): Walk {
  let walk: Walk = [4];
  for (let step = 0; step < steps; step++) walk = stepOn(walk, curves[name], rate);
  return walk;
}

describe("what becomes of a walk", () => {
  it.each<[CurveName, number, number, Verdict]>([
    ["bowl", 0.3, 0, "ready"],
    ["bowl", 0.3, 3, "walking"],
    ["bowl", 0.3, 300, "arrived"],
    ["bowl", 0.01, 20, "creeping"],
    ["bowl", 1, 10, "swinging"],
    ["bowl", 1.1, 3, "climbing"],
    ["bowl", 1.1, 300, "gone"],
    ["bowl", 0.9, 300, "arrived"],
    ["dent", 0.05, 300, "caught"],
    ["dent", 0.2, 300, "arrived"],
  ])("%s with a rate of %f after %i steps", (name, rate, steps, verdict) => {
    expect(verdictOn(walked(name, rate, steps), curves[name])).toBe(verdict);
  });

  it("ends: a walk that has ended takes no more steps, and none runs for ever", () => {
    const arrived = walked("bowl", 0.3);
    expect(stepOn(arrived, curves.bowl, 0.3)).toBe(arrived);
    expect(runsOn(walked("bowl", 0.3), curves.bowl)).toBe(false);
    expect(runsOn(walked("bowl", 1, 30), curves.bowl)).toBe(false);
    expect(runsOn(walked("bowl", 0.001, 250), curves.bowl)).toBe(false);
    expect(runsOn(walked("bowl", 0.001, 100), curves.bowl)).toBe(true);
  });
});
