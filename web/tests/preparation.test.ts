/** The stages that Write shows are those of the reading: the last is what the network got, cut and framed as shown. */

import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { normalize } from "../src/ink/normalize";
import { STAGES } from "../src/ink/stages";
import { preparationsOf } from "../src/reading/report/explain";
import { packed, readerOf } from "./models";
import { readPng } from "./png";

const FOLDER = new URL("../../tests/fixtures/reading/", import.meta.url);
const NAMES = readdirSync(FOLDER)
  .filter((name) => name.endsWith(".json"))
  .map((name) => name.replace(".json", ""));
const MOST = 40;

const reader = readerOf(packed);

async function preparedOf(name: string) {
  const grey = readPng(readFileSync(new URL(`${name}.picture.png`, FOLDER)));
  const seen = await reader.findCandidates(grey);
  const { digits } = reader.interpret(seen);
  return { seen, digits, prepared: preparationsOf(seen, digits, MOST) };
}

test.each(NAMES)("%s: each digit's image is its cut-out, framed", async (name) => {
  const { digits, prepared } = await preparedOf(name);
  expect(prepared).toHaveLength(Math.min(digits.length, MOST));
  for (const [index, { box, stages, picture }] of prepared.entries()) {
    const digit = digits[index];
    expect(box).toEqual(Object.values(digit?.box ?? {}));
    expect([...stages.pen.pixels]).toEqual([...(digit?.image.pixels ?? [])]);
    // larger ones are shrunk to be shown, so that only small ones can be framed again
    if (Math.max(stages.cut.width, stages.cut.height) < 120)
      expect([...(normalize(stages.cut)?.pixels ?? [])]).toEqual([...stages.pen.pixels]);
    for (const stagePicture of [picture, ...STAGES.map((stage) => stages[stage])]) {
      expect(Math.max(stagePicture.width, stagePicture.height)).toBeLessThanOrEqual(120);
      // it goes to the page alone, not with the memory that it was computed in
      expect(stagePicture.pixels.buffer.byteLength).toBe(stagePicture.width * stagePicture.height);
    }
  }
});

test("ink is bright and paper dark, from the second picture on", async () => {
  const { prepared } = await preparedOf("one-digit");
  const [{ picture, stages }] = prepared as [(typeof prepared)[0]];
  const corner = ({ pixels }: { pixels: Uint8Array }) => pixels[0] as number;
  expect(corner(picture)).toBeGreaterThan(200);
  expect(corner(stages.turn)).toBeLessThan(55);
  expect(corner(stages.ink)).toBe(0);
  expect(Math.max(...stages.cut.pixels)).toBe(255);
});

test("no more digits than are asked for", async () => {
  const { seen, digits } = await preparedOf("two-lines");
  expect(digits.length).toBeGreaterThan(2);
  expect(preparationsOf(seen, digits, 2)).toHaveLength(2);
});
