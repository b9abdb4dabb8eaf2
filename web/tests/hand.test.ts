/** Corrected digits count as in Python. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { corrected, lookOf } from "../src/reading/recognise/hand";
import { Classifier } from "../src/reading/recognise/models";
import type { Digit } from "../src/reading/report/result";
import { exact, readerOf } from "./models";
import { readPng } from "./png";
import { python } from "./python";

const PROGRAM = `
import json, sys
import numpy as np
from shuzi.reading.hand import Blend, apply_corrections
from shuzi.reading.hand import Examples, Looks
case = json.loads(sys.argv[1])
bits = {name: np.frombuffer(bytes.fromhex("".join(case.pop(name))), np.uint8) for name in ("images", "known_images")}
shapes = {name: 255 * np.unpackbits(each).reshape(-1, 28, 28) for name, each in bits.items()}
floats = {name: np.array(case[name], np.float32) for name in case}
known = Looks.of(shapes["known_images"], floats["known"], floats["known_probabilities"])
looks = Looks.of(shapes["images"], floats["features"], floats["probabilities"])
examples = Examples(known, np.array(case["labels"]))
found = apply_corrections(floats["probabilities"], floats["is_digit"], looks, examples, Blend())
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
    return Array.from({ length: 6 }, (_, index) => 0.3 * random() + (index === at ? 1 : 0));
  };
  const shares = () => {
    const raw = Array.from({ length: 10 }, (_, digit) => random() ** 4 + (digit === 7 ? 0.7 * random() : 0));
    const total = raw.reduce((sum, value) => sum + value, 0);
    return raw.map((value) => value / total);
  };
  // strokes that lean more or less, so that many have the same shape
  const images = () => {
    const [x, lean] = [10 + Math.floor(6 * random()), 0.4 * random() - 0.2];
    const pixels = new Array<number>(784).fill(0);
    for (let y = 4; y < 24; y++)
      for (let w = 0; w < 3; w++) pixels[28 * y + Math.round(x + lean * (14 - y)) + w] = 255;
    return pixels;
  };
  const [knownImages, seenImages] = [rows(12, images), rows(200, images)];
  // in hexadecimal digits: the command line has little room
  const asBits = (pixels: readonly number[]) =>
    Array.from({ length: 196 }, (_, n) =>
      pixels
        .slice(4 * n, 4 * n + 4)
        .reduce((sum, pixel) => 2 * sum + pixel / 255, 0)
        .toString(16),
    ).join("");
  const grey = (pixels: readonly number[]) => ({ width: 28, height: 28, pixels: Uint8Array.from(pixels) });
  const learnt = rows(12, features);
  const knownProbabilities = rows(12, shares);
  const labels = rows(12, () => [Math.floor(10 * random())]).flat();
  const seen = rows(200, features);
  const probabilities = rows(200, shares);
  const isDigit = rows(200, () => [random()]).flat();
  const asked = {
    known: learnt,
    known_probabilities: knownProbabilities,
    labels,
    features: seen,
    probabilities,
    is_digit: isDigit,
    images: seenImages.map(asBits),
    known_images: knownImages.map(asBits),
  };
  const [moved, digit] = JSON.parse(python(PROGRAM, JSON.stringify(asked)) ?? "[]");
  const look = (image: number[] = [], layer: number[] = [], of: number[] = []) =>
    lookOf(grey(image), Float32Array.from(layer), of);
  const examples = learnt.map((row, index) => ({
    ...look(knownImages[index], row, knownProbabilities[index]),
    label: labels[index] as number,
  }));
  let changed = 0;
  seen.forEach((row, index) => {
    const before = {
      probabilities: Float64Array.from(probabilities[index] as number[]),
      isDigit: isDigit[index] as number,
    };
    const after = corrected(before, look(seenImages[index], row, probabilities[index]), examples);
    expect(
      [...after.probabilities].every((probability, d) => Math.abs(probability - moved[index][d]) < 1e-5),
    ).toBe(true);
    expect(after.isDigit).toBeCloseTo(digit[index], 5);
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

const OF_NUMBER = `
import json, sys
from pathlib import Path
import numpy as np
import shuzi
from shuzi.data.dataset import Dataset
reader, picture = shuzi.load(), sys.argv[1]
digit = reader.read(picture).digits[3]
known = reader.knowing(Dataset(digit.image[None], np.array([int(sys.argv[2])], np.uint8)))
found = known.read(picture)
print(json.dumps([found.text, found.confidence]))
`;

test("a corrected digit of a number is read as it was corrected, as in Python", async ({ skip }) => {
  const file = new URL("../../tests/fixtures/reading/ruled.picture.png", import.meta.url);
  const reader = readerOf(exact);
  const picture = readPng(readFileSync(file));
  const before = await reader.read(picture);
  expect(before.text).toBe("409112");
  // the line recogniser is as sure of this 1 as the classifier
  reader.classifier.know([{ image: (before.digits[3] as Digit).image, label: 7 }]);
  const after = await reader.read(picture);
  expect(after.text[3]).toBe("7");
  expect(after.text.slice(0, 3)).toBe("409");
  const asked = python(OF_NUMBER, fileURLToPath(file), "7");
  if (asked === null) skip("shuzi is not installed");
  const [text, confidence] = JSON.parse(asked ?? "[]");
  expect(after.text).toBe(text);
  expect(after.confidence).toBeCloseTo(confidence, 2);
});
