import { beforeAll, describe, expect, it, test, vi } from "vitest";
import { STANDARD } from "../../networks/settings";
import {
  complete,
  drawnAs,
  hasEnded,
  idOf,
  newRun,
  ownName,
  ownRunOf,
  settingsOf,
  type TrainingEvent,
  withEvents,
} from "./run";

const PROGRESS = { name: "progress", step: 2000, loss: 17.08, accuracy: 0.95 } as const;
const STORY: TrainingEvent[] = [
  { name: "started", settings: STANDARD.softmax },
  { name: "progress", step: 10, loss: 112.05, accuracy: 0.5 },
  { name: "weights", step: 10, kind: "templates", images: [Int8Array.of(127, -127, 0)] },
  { name: "validated", step: 100, loss: 0.6, accuracy: 0.83 },
  PROGRESS,
];
const SOFTMAX = newRun("softmax", 1, STANDARD.softmax);

describe("a run", () => {
  it("counts the loss by image, as the lesson does: the sum divided by 64", () => {
    const run = withEvents(SOFTMAX, STORY);
    expect(run.state).toBe("running");
    expect(run.losses.map(([step]) => step)).toEqual([10, 2000]);
    expect(run.losses[1]?.[1]).toBeCloseTo(0.266875, 9);
    expect(run.batch).toEqual({ loss: 17.08, accuracy: 0.95 });
    expect(run.accuracies).toEqual([[100, 0.83]]);
    expect(run.validationLosses).toEqual([[100, 0.6]]);
    expect(run.weights?.images).toEqual([Int8Array.of(127, -127, 0)]);
  });

  it("leaves a loss alone that is a mean already", () => {
    const run = withEvents(newRun("mlp", 1, STANDARD.mlp), [
      { name: "started", settings: STANDARD.mlp },
      { name: "progress", step: 10, loss: 1.5, accuracy: 0.5 },
    ]);
    expect(run.losses).toEqual([[10, 1.5]]);
  });

  it("does not change what it was", () => {
    const before = withEvents(SOFTMAX, STORY.slice(0, 2));
    withEvents(before, STORY);
    expect(before.losses).toHaveLength(1);
  });

  it("has ended with its result, where it was stopped, or where it failed", () => {
    const done = withEvents(SOFTMAX, [
      ...STORY,
      { name: "done", step: 2000, accuracy: 0.91, n: 10_000, on: "test", wrong: 900 },
    ]);
    expect(done.result).toEqual({ accuracy: 0.91, n: 10_000, on: "test", wrong: 900 });
    const stopped = withEvents(SOFTMAX, [...STORY, { name: "stopped", step: 2000 }]);
    const failed = withEvents(SOFTMAX, [{ name: "failed", step: 3, reason: "loss" }]);
    expect([done, stopped, failed].map(({ state }) => state)).toEqual(["done", "stopped", "failed"]);
    expect([done, stopped, failed].every(hasEnded)).toBe(true);
    expect(failed.reason).toBe("loss");
  });

  it("goes on after it was stopped", () => {
    const run = withEvents(SOFTMAX, [
      ...STORY,
      { name: "stopped", step: 2000 },
      { name: "started", settings: { ...STANDARD.softmax, steps: 3000 } },
    ]);
    expect([run.state, run.settings.steps, run.losses.length]).toEqual(["running", 3000, 2]);
  });
});

// sentences need only the address and the language from a browser
beforeAll(() => {
  vi.stubGlobal("location", { search: "?lang=en", pathname: "/" });
  vi.stubGlobal("addEventListener", () => undefined);
  vi.stubGlobal("document", { documentElement: {} });
});

const RUN = { ...newRun("softmax", 1, STANDARD.softmax), step: 1500 };
const RESULT = { accuracy: 0.9712, n: 5000, wrong: 144 };

it.each([
  ["test", /97\.1\s%.* test images/],
  ["validation", /97\.1\s%.* validation images/],
] as const)("a mark on %s images is not told as one on others", async (on, wanted) => {
  const { endingOf } = await import("./kept-networks");
  expect(endingOf({ ...RUN, state: "done", result: { ...RESULT, on } })).toMatch(wanted);
});

it("a training that was stopped says where, one that failed says why", async () => {
  const { endingOf } = await import("./kept-networks");
  expect(endingOf({ ...RUN, state: "stopped" })).toMatch(/step 1,500/);
  expect(endingOf({ ...RUN, state: "failed", reason: "loss" })).toMatch(/learning rate of 0\.001/);
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
  });
  expect(idOf(changed)).toBe("mlp_r0.01_s3_h64_d2_i1000_osgd");
  expect(settingsOf(idOf(changed))).toEqual(changed);
});

test.each([
  "0123456789abcdef",
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
