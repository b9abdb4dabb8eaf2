import { expect, test } from "vitest";
import { stagesOf } from "../src/models/layers";
import { packed as graphOf } from "./models";

test.each(["softmax", "tiny", "default"])("what reaches each layer of %s fits its weights", (name) => {
  const graph = graphOf(name);
  const stages = stagesOf(graph);
  const dense = graph.nodes
    .filter(({ op }) => op === "MatMul")
    .map(({ inputs }) => graph.tensors.get(inputs[1] ?? "")?.dims);
  const first = stages.findIndex(({ kind }) => kind === "dense");
  const before = stages[first - 1]?.layers ?? [{ height: 28, width: 28, channels: 1, times: 1, window: "" }];
  const arriving = before.flatMap(({ height, width, channels, times }) =>
    Array(times).fill(height * width * channels),
  );
  expect(arriving.sort()).toEqual(
    dense
      .slice(0, arriving.length)
      .map((dims) => dims?.[0])
      .sort(),
  );
});
