import { beforeAll, describe, expect, it, test, vi } from "vitest";
import { STANDARD } from "../../networks/settings";
import {
  complete,
  drawnAs,
  type EventName,
  hasEnded,
  idOf,
  newRun,
  ownName,
  ownRunOf,
  settingsOf,
  type TrainingEvent,
  withEvents,
} from "./run";

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

// sentences need only the address and the language from a browser
beforeAll(() => {
  vi.stubGlobal("location", { search: "?lang=en", pathname: "/" });
  vi.stubGlobal("addEventListener", () => undefined);
  vi.stubGlobal("document", { documentElement: {} });
});

const RUN = { ...newRun("a", 1, "service"), step: 1500 };
const RESULT = { accuracy: 0.9712, n: 5000, wrong: 144, mistakes: [] };

it.each([
  ["test", /97\.1\s%.* test images/],
  ["validation", /97\.1\s%.* validation images/],
])("a mark on %s images is not told as one on others", async (on, wanted) => {
  const { endingOf } = await import("./kept-networks");
  expect(endingOf({ ...RUN, state: "done", result: { ...RESULT, on } })).toMatch(wanted);
});

it("a training that was stopped says where, one that failed says why", async () => {
  const { endingOf } = await import("./kept-networks");
  expect(endingOf({ ...RUN, state: "stopped" })).toMatch(/step 1,500/);
  expect(endingOf({ ...RUN, state: "failed", failure: "It ran out of memory." })).toBe(
    "It ran out of memory.",
  );
});

test("a run with standard settings has the name of its network", () => {
  expect(idOf(STANDARD.softmax)).toBe("softmax");
  expect(settingsOf("cnn")).toEqual(complete(STANDARD.small_convolutions));
});

test("settings that differ are in the id, and come back from it", () => {
  const changed = complete({
    ...STANDARD.mlp,
    learning_rate: 0.01,
    hidden: 64,
    depth: 2,
    images: 1000,
    seed: 3,
    optimizer: "sgd",
    augment: "squeeze",
  });
  expect(idOf(changed)).toBe("mlp_r0.01_s3_h64_d2_i1000_osgd_a");
  expect(settingsOf(idOf(changed))).toEqual(changed);
});

test.each([
  "0123456789abcdef", // a run of the service
  "mlp_r0",
  "mlp_r200",
  "softmax_n1.5",
  "softmax_s-1",
  "softmax_x5",
  "softmax_r",
  "softmax_b",
  "",
])("%j is not the id of a run in the page", (id) => {
  expect(settingsOf(id)).toBe(null);
});

test("a network trained here is never taken for the shipped one of the same name", () => {
  expect(ownRunOf("softmax")).toBe(null);
  expect(ownRunOf(ownName("softmax"))).toBe("softmax");
  expect(ownRunOf("own.onnx")).toBe(null);
});

test.each([
  ["softmax", "templates"],
  ["tiny", "maps"],
  ["own.softmax_r0.005@2000", "templates"],
  ["own.mlp_h16@60", "neurons"],
  ["own.cnn@1200", "maps"],
])("%s is drawn as %s", (model, kind) => {
  expect(drawnAs(model)).toBe(kind);
});
