import { expect, test, vi } from "vitest";
import { isWhole, measure, measuredOf } from "./test-images";

const N = 600;
const { classify } = vi.hoisted(() => ({ classify: vi.fn() }));
vi.mock("../here/read", () => ({
  askHere: (_work: string, images: Uint8Array, model: string) => classify(images, model),
}));
vi.mock("../data/digits", () => ({
  loadDigits: async () => ({ test: { images: new Uint8Array(N * 784), labels: new Uint8Array(N).fill(3) } }),
}));

/** Every image is a three. */
function threes(images: Uint8Array) {
  const n = images.length / 784;
  const probabilities = Float32Array.from({ length: 10 * n }, (_, index) => (index % 10 === 3 ? 1 : 0));
  return Promise.resolve({ probabilities, isDigit: new Float32Array(n).fill(1), leastDigit: 0.5 });
}

test("what was measured before a failure is kept, and another attempt measures the rest", async () => {
  classify
    .mockImplementationOnce(threes)
    .mockRejectedValueOnce(new Error("no model"))
    .mockImplementation(threes);
  const measured = measuredOf("tiny");
  measure("tiny");
  await vi.waitUntil(() => measured.value.hasFailed);
  expect(measured.value.said.length).toBe(250);
  expect(isWhole(measured.value)).toBe(false);
  measure("tiny");
  expect(measured.value.hasFailed).toBe(false);
  await vi.waitUntil(() => isWhole(measured.value));
  expect(measured.value.said.every(({ label, digit }) => label === 3 && digit === 3)).toBe(true);
  expect(classify.mock.calls.map(([images]) => images.length / 784)).toEqual([250, 250, 250, 100]);
});
