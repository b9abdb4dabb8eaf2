import { describe, expect, it } from "vitest";
import { type EventName, hasEnded, newRun, type TrainingEvent, withEvents } from "./run";

const RECIPE = {
  network: "softmax",
  batch_size: 64,
  learning_rate: 0.001,
  steps: 2000,
  seed: 0,
  loss: "sum",
};

function event(id: number, name: EventName, data: Record<string, unknown> = {}): TrainingEvent {
  return { id, name, data };
}

const STORY = [
  event(1, "started", { recipe: RECIPE, parameters: 7850 }),
  event(2, "progress", { step: 10, loss: 112.05, accuracy: 0.5 }),
  event(3, "weights", { step: 10, images: Array.from({ length: 10 }, () => btoa("\x7f\x81\x00")) }),
  event(4, "validated", { step: 100, accuracy: 0.83, n: 5000 }),
  event(5, "progress", { step: 2000, loss: 17.08, accuracy: 0.95 }),
];

describe("a run", () => {
  it("counts the loss by image, as the lesson does: the sum divided by 64", () => {
    const run = withEvents(newRun("a", 1, "service"), STORY);
    expect(run.state).toBe("running");
    expect(run.losses.map(([step]) => step)).toEqual([10, 2000]);
    expect(run.losses[1]?.[1]).toBeCloseTo(0.266875, 9);
    expect(run.batch).toEqual({ loss: 17.08, accuracy: 0.95 });
    expect(run.accuracies).toEqual([[100, 0.83]]);
  });

  it("leaves a loss alone that is a mean already", () => {
    const mean = event(1, "started", { recipe: { ...RECIPE, loss: "mean" } });
    const run = withEvents(newRun("a", 1, "service"), [
      mean,
      event(2, "progress", { step: 10, loss: 1.5, accuracy: 0.5 }),
    ]);
    expect(run.losses).toEqual([[10, 1.5]]);
  });

  it("hears each event once, however often the service tells it", () => {
    const twice = withEvents(withEvents(newRun("a", 1, "service"), STORY), [
      ...STORY,
      event(6, "stopped", { step: 2000 }),
    ]);
    expect(twice.losses).toHaveLength(2);
    expect(twice.state).toBe("stopped");
    expect(hasEnded(twice)).toBe(true);
  });

  it("does not change what it was", () => {
    const before = withEvents(newRun("a", 1, "service"), STORY.slice(0, 2));
    withEvents(before, STORY);
    expect(before.losses).toHaveLength(1);
  });

  it("reads weights as signed and mistakes as unsigned bytes", () => {
    const mistake = { index: 8, label: 5, digit: 6, probability: 0.9, image: btoa("\x00\xff") };
    const done = event(6, "done", {
      step: 2000,
      accuracy: 0.91,
      n: 10000,
      on: "test",
      wrong: 900,
      mistakes: [mistake],
    });
    const run = withEvents(newRun("a", 1, "service"), [...STORY, done]);
    expect(Array.from(run.weights?.images[0] ?? [])).toEqual([127, -127, 0]);
    expect(Array.from(run.result?.mistakes[0]?.image ?? [])).toEqual([0, 255]);
    expect(run.state).toBe("done");
  });

  it("knows hidden neurons from templates, and takes bytes as they are", () => {
    const neuron = Int8Array.of(1, -1);
    const run = withEvents(newRun("mlp", 1, "page"), [
      event(1, "weights", { kind: "neurons", images: [neuron] }),
    ]);
    expect(run.weights).toEqual({ kind: "neurons", images: [neuron] });
  });

  it("goes on after it was stopped", () => {
    const run = withEvents(newRun("softmax", 1, "page"), [
      ...STORY,
      event(6, "stopped", { step: 2000 }),
      event(7, "started", { recipe: { ...RECIPE, steps: 3000 } }),
    ]);
    expect([run.state, run.recipe?.steps, run.losses.length]).toEqual(["running", 3000, 2]);
  });

  it("keeps the sentence of a failure", () => {
    const run = withEvents(newRun("a", 1, "service"), [
      event(1, "failed", { detail: "The loss is no number.", key: "error.x" }),
    ]);
    expect(run.failure).toBe("The loss is no number.");
    expect(hasEnded(run)).toBe(true);
  });
});
