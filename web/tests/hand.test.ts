/** Corrected digits count as in Python. */
import { expect, test } from "vitest";
import { corrected, exampleOf, unit } from "../src/reading/hand";
import { Classifier } from "../src/reading/models";
import { exact } from "./models";
import { python } from "./python";

const PROGRAM = `
import json, sys
import numpy as np
from shuzi.reading.hand import Blend, Examples, corrected, unit
case = {name: np.array(values, np.float32) for name, values in json.loads(sys.argv[1]).items()}
known = Examples.seen(unit(case["known"]), case["labels"].astype(np.uint8), case["known_probabilities"])
found = corrected(case["probabilities"], case["is_digit"], unit(case["features"]), known, Blend())
print(json.dumps([each.tolist() for each in found]))
`;

/** Numbers from 0 to 1, the same each time (Park and Miller 1988). */
function randoms(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

test("probability moves to the right answer as in Python", ({ skip }) => {
  if (python("import shuzi.reading.hand") === null) skip("shuzi is not installed");
  const random = randoms(7);
  const rows = (n: number, of: () => number[]) => Array.from({ length: n }, of);
  // few directions, so that many are alike
  const features = () => {
    const at = Math.floor(3 * random());
    return Array.from({ length: 6 }, (_, place) => 0.3 * random() + (place === at ? 1 : 0));
  };
  const shares = () => {
    const raw = Array.from({ length: 10 }, (_, digit) => random() ** 4 + (digit === 7 ? 0.7 * random() : 0));
    const total = raw.reduce((sum, each) => sum + each, 0);
    return raw.map((each) => each / total);
  };
  const known = rows(12, features);
  const knownProbabilities = rows(12, shares);
  const labels = rows(12, () => [Math.floor(10 * random())]).flat();
  const seen = rows(200, features);
  const probabilities = rows(200, shares);
  const isDigit = rows(200, () => [random()]).flat();
  const asked = {
    known,
    known_probabilities: knownProbabilities,
    labels,
    features: seen,
    probabilities,
    is_digit: isDigit,
  };
  const [moved, digit] = JSON.parse(python(PROGRAM, JSON.stringify(asked)) ?? "[]");
  const examples = known.map((each, place) =>
    exampleOf(unit(Float32Array.from(each)), labels[place] as number, knownProbabilities[place] as number[]),
  );
  let changed = 0;
  seen.forEach((each, place) => {
    const before = {
      probabilities: Float64Array.from(probabilities[place] as number[]),
      isDigit: isDigit[place] as number,
    };
    const after = corrected(before, unit(Float32Array.from(each)), examples);
    expect([...after.probabilities].every((share, d) => Math.abs(share - moved[place][d]) < 1e-5)).toBe(true);
    expect(after.isDigit).toBeCloseTo(digit[place], 5);
    if (after.probabilities !== before.probabilities) changed++;
  });
  expect(changed).toBeGreaterThan(20);
  expect(changed).toBeLessThan(200);
});

test("a classifier that knows a digit reads it as it was corrected, and others as before", () => {
  const classifier = new Classifier(exact("default"));
  const bar = (x: number, lean: number) => {
    const pixels = new Uint8Array(784);
    for (let y = 4; y < 24; y++)
      for (let w = 0; w < 3; w++) pixels[28 * y + Math.round(x + lean * (14 - y)) + w] = 255;
    return { width: 28, height: 28, pixels };
  };
  const ring = new Uint8Array(784);
  for (let y = 0; y < 28; y++)
    for (let x = 0; x < 28; x++)
      if (Math.abs(Math.hypot(x - 13.5, y - 13.5) - 8) < 1.6) ring[28 * y + x] = 255;
  const images = [bar(13, 0), bar(13, 0.02), { width: 28, height: 28, pixels: ring }];
  const best = () =>
    classifier.classify(images).map(({ probabilities }) => probabilities.indexOf(Math.max(...probabilities)));
  expect(best()).toEqual([1, 1, 0]);
  classifier.know([{ image: bar(13, 0), label: 7 }]);
  expect(best()).toEqual([7, 7, 0]);
  classifier.know([]);
  expect(best()).toEqual([1, 1, 0]);
});
