import { expect, test } from "vitest";
import type { Settings } from "./settings";
import { fixture, mnist } from "./tests/files";
import { examine, LossError, split, Training, type TrainingStep } from "./train";

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

test("a run that was interrupted goes on as if it had not been", async () => {
  const { recipe } = await fixture<Curve>("mlp");
  const settings = { ...recipe, steps: 40 };
  const whole = await trained(settings);
  const training = new Training(settings, split(await digits, 55_000));
  const told = [...training.run(15), ...training.run(40)];
  const losses = (steps: readonly TrainingStep[]) => named("progress", steps).map(({ loss }) => loss);
  expect(losses(told)).toEqual(losses(whole.told));
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
