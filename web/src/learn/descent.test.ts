import { describe, expect, it } from "vitest";
import { type CurveName, curves, runsOn, stepOn, type Verdict, verdictOn, type Walk } from "./descent";

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
