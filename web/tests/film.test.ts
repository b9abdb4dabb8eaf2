/** What the film shows is what the network computes: held to the runtime that reads, and to slopes of its loss. */
import { beforeAll, expect, test, vi } from "vitest";
import type { Text } from "../src/film/draw/shapes";
import { LENGTH, restOf, STOPS, stopAt } from "../src/film/story";
import { takeOf } from "../src/film/take";
import { imageOf } from "../src/learn/digit/examples";
import type { Graph } from "../src/runtime/graph";
import { Network } from "../src/runtime/network";
import { exact, packed } from "./models";

const DIGITS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
const STEP = 1e-2;

// numbers are written in the language of the address
beforeAll(() => {
  vi.stubGlobal("location", { search: "?lang=en", pathname: "/" });
  vi.stubGlobal("addEventListener", () => undefined);
  vi.stubGlobal("document", { documentElement: {} });
});

const picture = (digit: number) => imageOf(digit).values;

/** By the runtime that reads numbers, which has other layers. */
function probabilitiesOf(graph: Graph, digit: number): number[] {
  const [answer] = new Network(graph).run(picture(digit), { n: 1, height: 28, width: 28 }, ["probabilities"]);
  return Array.from(answer?.values ?? []);
}

test.each([
  ["as the page has it", packed],
  ["with all its digits", exact],
])("the network %s answers as the one that reads", (_, graphOf) => {
  for (const digit of DIGITS) {
    const { probabilities } = takeOf(graphOf("tiny"), picture(digit), digit, null);
    const expected = probabilitiesOf(graphOf("tiny"), digit);
    probabilities.forEach((probability, index) => {
      expect(probability).toBeCloseTo(expected[index] ?? 0, 5);
    });
  }
});

test("the gradient of a window is the slope of the loss of the network that reads", () => {
  const [digit, label] = [8, 3];
  const { gradient } = takeOf(exact("tiny"), picture(digit), digit, label);
  const most = Math.max(...gradient.kernels.map((kernel) => Math.max(...kernel.map(Math.abs))));
  for (const [channel, kernel] of gradient.kernels.entries()) {
    for (const at of [3, 12, 20]) {
      const lossWith = (change: number) => {
        const graph = exact("tiny");
        const values = graph.tensors.get("conv2d/kernel")?.values ?? new Float32Array();
        values[25 * channel + at] = (values[25 * channel + at] ?? 0) + change;
        return -Math.log(probabilitiesOf(graph, digit)[label] ?? 0);
      };
      const slope = (lossWith(STEP) - lossWith(-STEP)) / (2 * STEP);
      expect(Math.abs(slope - (kernel[at] ?? 0)), `${channel} ${at}`).toBeLessThan(0.05 * most);
    }
  }
});

test("a step makes the loss smaller, whatever the digit is and should have been", () => {
  for (const digit of DIGITS)
    for (const label of [null, digit, (digit + 1) % 10]) {
      const { loss, after } = takeOf(packed("tiny"), picture(digit), digit, label);
      // of a sure and right answer, nothing is left that numbers of seven digits could lose
      expect(after.loss).toBeLessThan(loss > 1e-6 ? loss : 2 * loss + 1e-9);
    }
});

test("without a label it is the truth of a mistake, and else the second choice", () => {
  const right = takeOf(packed("tiny"), picture(4), 4, null);
  const { probabilities } = right;
  const second = probabilities.indexOf(probabilities.toSorted((a, b) => b - a)[1] ?? 0);
  expect([right.answer, right.label, right.isSupposed]).toEqual([4, second, true]);
  const wrong = takeOf(packed("tiny"), picture(4), 6, null);
  expect([wrong.answer, wrong.label, wrong.isSupposed]).toEqual([4, 6, false]);
});

test("the same time gives the same picture, and the stops show the network's numbers", async () => {
  const { filmOf } = await import("../src/film/draw/frame");
  const { fixed, percent } = await import("../src/learn/format");
  const take = takeOf(packed("tiny"), picture(9), 9, null);
  const film = filmOf(take);
  for (let t = 0; t <= LENGTH; t += 3.3) expect(filmOf(take)(t)).toEqual(film(t));
  const written = (name: string) => {
    const { shapes } = film(restOf(STOPS.findIndex((stop) => stop.name === name)));
    return shapes
      .filter((shape): shape is Text => shape.kind === "text" && shape.alpha > 0.9)
      .map(({ text }) => text);
  };
  for (const score of take.scores) expect(written("scores")).toContain(fixed(score, 1));
  for (const probability of probabilitiesOf(packed("tiny"), 9))
    expect(written("softmax")).toContain(percent(probability));
  expect(written("numbers")).toContain(String(Math.max(...take.image)));
});

test("the camera never jumps, and every moment belongs to a stop", async () => {
  const { filmOf } = await import("../src/film/draw/frame");
  const film = filmOf(takeOf(packed("tiny"), picture(3), 3, null));
  for (let t = 0; t < LENGTH; t += 0.1) {
    const [now, next] = [film(t).camera, film(t + 0.1).camera];
    expect(Math.abs(next.x - now.x), String(t)).toBeLessThan(0.5 * now.width);
    expect(Math.abs(Math.log(next.width / now.width)), String(t)).toBeLessThan(0.6);
  }
  expect(STOPS.map((_, index) => stopAt(restOf(index)))).toEqual(STOPS.map((_, index) => index));
});
