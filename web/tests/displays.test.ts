/** Displays are read as Python reads them: strips, numbers and readings. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { displayStrip } from "../src/ink/display-lines";
import { DisplayReader } from "../src/reading/display";
import { LineDetector } from "../src/reading/find/line-detector";
import { Recogniser } from "../src/reading/recognise/models";
import { apart, asFixture, differences, LEVELS } from "./compared";
import { exact, packed } from "./models";
import { readPng } from "./png";

const FOLDER = new URL("../../tests/fixtures/displays/", import.meta.url);
const NAMES = readdirSync(FOLDER)
  .filter((name) => name.endsWith(".json"))
  .map((name) => name.replace(".json", ""));

const lineDetector = new LineDetector(exact("line-detector"));
const readerOf = (graphOf: typeof exact) =>
  new DisplayReader(new Recogniser(graphOf("display")), async () => lineDetector);
const [reader, readerOfPage] = [readerOf(exact), readerOf(packed)];

const picture = (name: string) => readPng(readFileSync(new URL(`${name}.png`, FOLDER)));

describe.each(NAMES)("%s", (name) => {
  const grey = picture(`${name}.picture`);
  const { texts, features, ...read } = JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), "utf8"));
  const { alternatives } = read.reading;
  const wanted = { ...read, reading: { ...read.reading, alternatives: Object.fromEntries(alternatives) } };

  test("its strips in both polarities", () => {
    for (const polarity of ["dark", "lit"])
      expect(
        apart(displayStrip(grey, polarity === "lit"), picture(`${name}.${polarity}`)),
      ).toBeLessThanOrEqual(LEVELS);
  });

  test("its texts and what they tell", async () => {
    const line = await reader.recognise(grey);
    const actual = { alternatives: Object.fromEntries(line?.texts ?? []), features: line?.features ?? {} };
    expect(differences(actual, { alternatives: texts, features }, name)).toEqual([]);
  });

  test.each([
    ["exactly", reader],
    ["at half precision", readerOfPage],
  ])("its reading, %s", async (_, reader) => {
    const reading = await reader.read(grey);
    const actual = {
      reading: { ...asFixture(reading), advice: reading.advice },
      digits_status: reading.digitsStatus,
      digits_confidence: reading.digitsConfidence,
      statuses: reading.digits.map(({ status }) => status),
    };
    expect(differences(actual, wanted, name)).toEqual([]);
  });
});
