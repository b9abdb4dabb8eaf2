import { describe, expect, it } from "vitest";
import { differing } from "./differences";

const RECIPE = { batch_size: 64, learning_rate: 0.001, steps: 2000, seed: 0, loss: "sum" };

describe("what sets runs apart", () => {
  it("is what differs", () => {
    expect(differing([RECIPE, { ...RECIPE, learning_rate: 0.005 }])).toEqual(["learning_rate"]);
    expect(differing([RECIPE, { ...RECIPE, steps: 500 }, { ...RECIPE, batch_size: 1 }])).toEqual([
      "batch_size",
      "steps",
    ]);
  });

  it("is everything where nothing differs", () => {
    const all = ["batch_size", "learning_rate", "steps"];
    expect(differing([RECIPE])).toEqual(all);
    expect(differing([RECIPE, RECIPE])).toEqual(all);
    expect(differing([])).toEqual(all);
  });
});
