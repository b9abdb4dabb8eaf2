import { expect, test } from "vitest";
import { Convolution, Pooling } from "../networks/layers";
import { Workspace } from "../networks/workspace";
import { imageOf } from "./digit/examples";
import { FILTER_NAMES, FILTERS, featureMap, MAP, pooled } from "./filters";

test.each(FILTER_NAMES)("%s gives what the layers of a network give", (name) => {
  const space = new Workspace(1);
  const layer = new Convolution("c", space, { rows: 28, columns: 28, channels: 1 }, 1, 3, 1, true);
  layer.weights[0].values.set(FILTERS[name]);
  const pixels = space.floats(784);
  pixels.set(Array.from(imageOf(4).values, (value) => value / 255));
  const expected = layer.forward(pixels, 1);
  const map = featureMap(imageOf(4).values, FILTERS[name], false);
  for (let index = 0; index < MAP * MAP; index++) expect(map[index]).toBeCloseTo(expected[index] ?? 99, 5);
  const largest = new Pooling(space, layer.output, 1).forward(expected, 1);
  pooled(map).forEach((value, index) => {
    expect(value).toBeCloseTo(largest[index] ?? 99, 5);
  });
  expect(Math.min(...featureMap(imageOf(4).values, FILTERS[name], true))).toBeGreaterThanOrEqual(0);
});
