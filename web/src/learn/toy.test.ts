import { expect, test } from "vitest";
import { dotsOf, GRID, SHAPES, Toy } from "./toy";

function learnt(shape: (typeof SHAPES)[number], neurons: number, steps = 3000): number {
  const toy = new Toy(dotsOf(shape), neurons, 3);
  for (let step = 0; step < steps; step++) toy.step();
  return toy.judge().accuracy;
}

test("without a hidden layer, a line separates what a line can separate, and nothing else", () => {
  expect(learnt("line", 0)).toBeGreaterThan(0.99);
  for (const shape of ["corners", "ring"] as const) expect(learnt(shape, 0)).toBeLessThan(0.8);
});

test.each(SHAPES)("with a hidden layer, %s is learnt", (shape) => {
  // the moons are close to each other, and some first weights leave a few points out
  expect(learnt(shape, 12)).toBeGreaterThan(shape === "moons" ? 0.85 : 0.95);
});

test("each step goes downhill, and the map has an answer everywhere", () => {
  const toy = new Toy(dotsOf("moons"), 6, 3);
  const losses = Array.from({ length: 200 }, () => toy.step());
  expect(losses.at(-1)).toBeLessThan(0.75 * (losses[0] ?? 0));
  const map = toy.map();
  expect(map).toHaveLength(GRID * GRID);
  expect(map.every((answer) => answer >= 0 && answer <= 1)).toBe(true);
  expect(toy.lines()).toHaveLength(6);
});
