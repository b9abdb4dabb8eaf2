import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import type { Settings } from "./settings";
import { type Digits, examine, LossError, split, Training, type TrainingStep } from "./train";

const MNIST = "../src/shuzi/data/files";
const FIXTURES = "../tests/fixtures/training";

interface Curve {
  recipe: Settings;
  losses: number[];
  validated: [step: number, accuracy: number][];
  accuracy: number;
  part: "test" | "validation";
}

const digits = mnist("train");

/** Train as Python did, and return the events for the page. */
async function trained(recipe: Settings): Promise<{ training: Training; told: TrainingStep[] }> {
  const training = new Training(recipe, split(await digits, 55_000));
  return { training, told: [...training.run()] };
}

function named<N extends TrainingStep["name"]>(name: N, told: readonly TrainingStep[]) {
  return told.filter((event): event is TrainingStep & { name: N } => event.name === name);
}

test.each([
  ["softmax", 1e-3],
  ["softmax-seed-3", 1e-3],
  // sums in another order: the differences grow with the steps, since ReLU and pooling decide between close values
  ["mlp", 5e-3],
  ["small-convolutions", 5e-3],
])("%s learns along the same curve as in Python", async (name, tolerance) => {
  const expected = await fixture<Curve>(name);
  const { told } = await trained(expected.recipe);
  const losses = named("progress", told).map(({ loss }) => loss);
  expect(losses).toHaveLength(expected.losses.length);
  const off = losses.map((loss, index) => Math.abs(loss / (expected.losses[index] ?? Number.NaN) - 1));
  expect(Math.max(...off)).toBeLessThan(tolerance);
  const accuracies = named("validated", told).map(({ step, accuracy }) => [step, accuracy] as const);
  expect(accuracies.map(([step]) => step)).toEqual(expected.validated.map(([step]) => step));
  for (const [index, [, accuracy]] of accuracies.entries()) {
    expect(Math.abs(accuracy - (expected.validated[index]?.[1] ?? Number.NaN))).toBeLessThan(0.002);
  }
});

test("softmax has the same accuracy on the test images as in Python", async () => {
  const { recipe, accuracy } = await fixture<Curve>("softmax");
  const { training } = await trained(recipe);
  expect(Math.abs(examine(training.network, await mnist("t10k")).accuracy - accuracy)).toBeLessThan(0.0003);
});

test("only as many images are used as were asked for, and none for validation as well", async () => {
  const { train, validation } = split(await digits, 10);
  expect([train.labels.length, validation.labels.length]).toEqual([10, 5000]);
  expect(train.images.byteOffset).toBe(validation.images.byteOffset + validation.images.length);
});

test("a loss that is not finite ends the run", async () => {
  const { recipe } = await fixture<Curve>("mlp");
  const training = new Training(
    { ...recipe, optimizer: "sgd", learning_rate: 1e30 },
    split(await digits, 500),
  );
  expect(() => [...training.run()]).toThrow(LossError);
});

/** The 60,000 training images or the 10,000 test images. */
async function mnist(part: "train" | "t10k"): Promise<Digits> {
  const images = await unzipped(`${MNIST}/${part}-images-idx3-ubyte.gz`);
  const labels = await unzipped(`${MNIST}/${part}-labels-idx1-ubyte.gz`);
  return { images: images.subarray(16), labels: labels.subarray(8) };
}

async function fixture<T>(name: string): Promise<T> {
  return JSON.parse(new TextDecoder().decode(await readFile(`${FIXTURES}/${name}.json`)));
}

async function unzipped(path: string): Promise<Uint8Array> {
  const stream = new Blob([await readFile(path)]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
