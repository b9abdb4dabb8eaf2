/** The runtime of the page, held to what does not depend on it: halves by definition, batches by their images. */
import { expect, test } from "vitest";
import type { Graph, Node } from "../src/runtime/graph";
import { fromHalf, toHalf } from "../src/runtime/half";
import { Network } from "../src/runtime/network";
import { exact, packed } from "./models";

test("numbers at half precision are the nearest there are", () => {
  const halves: [number, number][] = [
    [0, 0],
    [1, 0x3c00],
    [-2, 0xc000],
    [65504, 0x7bff],
    [2 ** -24, 1],
    [2 ** -14, 0x400],
    [1 / 3, 0x3555],
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
    [2 - 2 ** -12, 0x4000],
  ];
  for (const [value, bits] of halves) expect(toHalf(value), String(value)).toBe(bits);
  for (const [value, bits] of halves.slice(0, 6))
    expect(fromHalf(Uint8Array.of(bits >> 8), Uint8Array.of(bits & 255))[0]).toBe(value);
  expect(() => toHalf(65520)).toThrow(RangeError);
});

test.each([exact, packed])("what else is in a batch changes nothing (%o)", (graphOf) => {
  const network = new Network(graphOf("default"));
  const outputs = ["probabilities", "is_digit", "features"];
  const size = { n: 1, height: 28, width: 28 };
  const images = Uint8Array.from({ length: 23 * 784 }, (_, index) => (index * 7919) % 256);
  for (const n of [1, 2, 7, 22, 23]) {
    const batch = network.run(images.subarray(0, n * 784), { ...size, n }, outputs);
    const alone = Array.from({ length: n }, (_, index) =>
      network.run(images.subarray(index * 784, (index + 1) * 784), size, outputs),
    );
    for (const which of outputs.keys())
      expect([...(batch[which]?.values ?? [])]).toEqual(
        alone.flatMap((outcome) => [...(outcome[which]?.values ?? [])]),
      );
  }
});

/** A graph of one node. */
function graphOf(node: Partial<Node>, scales: number[] = []): Graph {
  const whole = { op: "", inputs: ["images", "images"], outputs: ["y"], attributes: {}, ...node };
  const tensors = new Map([["scales", { dims: [scales.length], values: Float32Array.from(scales) }]]);
  return { ...exact("softmax"), nodes: [whole], outputs: ["y"], tensors };
}

test.each(["Add", "Sum"])("%s adds two maps", (op) => {
  const images = Uint8Array.from({ length: 2 * 15 }, (_, index) => 3 * index);
  const [sums] = new Network(graphOf({ op })).run(images, { n: 2, height: 3, width: 5 }, ["y"]);
  expect([...(sums?.values ?? [])]).toEqual(Array.from(images, (level) => 2 * level));
});

test("maps of other sizes are not added", () => {
  const attributes = { mode: "nearest", nearest_mode: "floor", coordinate_transformation_mode: "asymmetric" };
  const resize: Node = { op: "Resize", inputs: ["images", "", "scales"], outputs: ["large"], attributes };
  const graph = graphOf({ op: "Add", inputs: ["large", "images"] }, [1, 1, 2, 2]);
  const network = new Network({ ...graph, nodes: [resize, ...graph.nodes] });
  const size = { n: 1, height: 2, width: 3 };
  expect(() => network.run(new Uint8Array(6), size, ["y"])).toThrow("1x1x4x6 and 1x1x2x3");
  const [large] = network.run(Uint8Array.of(1, 2, 3, 4, 5, 6), size, ["large"]);
  expect([...(large?.values ?? [])].slice(0, 7)).toEqual([1, 1, 2, 2, 3, 3, 1]);
});

test.each([
  [{ mode: "linear", coordinate_transformation_mode: "half_pixel" }, [1, 1, 2, 2]],
  [{ mode: "nearest", nearest_mode: "floor", coordinate_transformation_mode: "asymmetric" }, [1, 1, 4, 4]],
])("a Resize that does not double pixels is refused (%o)", (attributes, scales) => {
  const graph = graphOf({ op: "Resize", inputs: ["images", "", "scales"], attributes }, scales);
  expect(() => new Network(graph)).toThrow("resizes");
});

test("a graph that is not known is refused", () => {
  const graph = exact("softmax");
  expect(
    () => new Network({ ...graph, nodes: [{ op: "LSTM", inputs: [], outputs: [], attributes: {} }] }),
  ).toThrow("LSTM");
});
