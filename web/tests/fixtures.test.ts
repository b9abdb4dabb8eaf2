/** The shared fixtures hold: each step from a picture to its reading gives what it gives in Python. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type Box, boxOf } from "../src/ink/boxes";
import { Scan } from "../src/ink/paper/scan";
import type { Grey } from "../src/ink/picture";
import { cut } from "../src/ink/strips";
import type { Reading } from "../src/reading/report/result";
import { exact, packed, readerOf } from "./models";
import { readPng } from "./png";

const FOLDER = new URL("../../tests/fixtures/reading/", import.meta.url);
const NAMES = readdirSync(FOLDER)
  .filter((name) => name.endsWith(".json"))
  .map((name) => name.replace(".json", ""));
const LARGEST = 1_280;

// what a port may differ by: see tests/reading/test_fixtures.py
const [PROBABILITY, PIXEL, LEVELS] = [0.01, 1, 2];
// two levels of a strip move the probability of a text more than that of a digit
const TEXT = 0.025;

const reader = readerOf(exact);
const readerOfPage = readerOf(packed);

function picture(name: string): Grey {
  return readPng(readFileSync(new URL(`${name}.png`, FOLDER)));
}

/** The largest difference of two maps; infinite if their sizes differ. */
function apart(a: Grey, b: Grey): number {
  if (a.width !== b.width || a.height !== b.height) return Number.POSITIVE_INFINITY;
  return a.pixels.reduce(
    (most, level, index) => Math.max(most, Math.abs(level - (b.pixels[index] as number))),
    0,
  );
}

const asList = ({ x, y, width, height }: Box) => [x, y, width, height];

function asFixture({ digits, marks, ignored, ...rest }: Reading) {
  return {
    text: rest.text,
    digits_text: rest.text.replaceAll(/[^0-9\n]/g, ""),
    status: rest.status,
    advice: rest.advice[0],
    confidence: rest.confidence,
    digits: digits.map(({ digit, box, probability }) => ({ digit, box: asList(box), probability })),
    marks: marks.map(({ box, alternatives, ...mark }) => ({
      ...mark,
      box: asList(box),
      alternatives: Object.fromEntries(alternatives.filter(([, probability]) => probability >= 0.001)),
    })),
    ignored: ignored.map(({ kind, box }) => ({ kind, box: asList(box) })),
    // by text: two may be equally probable
    alternatives: Object.fromEntries(rest.alternatives),
  };
}

/** Candidates in an order that does not depend on which of two is hardly surer. */
function byPlace<T extends { box: number[] }>(candidates: T[]): T[] {
  return candidates.toSorted((a, b) => (a.box[0] ?? 0) - (b.box[0] ?? 0));
}

/** The same for the texts of a line. */
function byText({
  texts,
  scores,
  ...rest
}: {
  frames: number[][];
  texts: readonly string[];
  scores: unknown;
}) {
  return {
    ...rest,
    scores: Object.fromEntries(texts.map((text, index) => [text, (scores as number[][])[index]])),
  };
}

/** What differs by more than is allowed, and where. */
function differences(actual: unknown, wanted: unknown, where: string): string[] {
  if (typeof wanted === "number" && typeof actual === "number") {
    const isPlace = /box|frame|components/.test(where);
    // most scores are logarithms of probabilities, many of them of tiny ones
    if (where.includes("scores") && Math.abs(Math.exp(actual) - Math.exp(wanted)) <= TEXT) return [];
    const isExact = /\.digit$/.test(where);
    const allowed = isExact ? 0 : isPlace ? PIXEL : PROBABILITY;
    return Math.abs(actual - wanted) <= allowed ? [] : [`${where}: ${actual}, not ${wanted}`];
  }
  if (isImprobable(actual, wanted, where) || isImprobable(wanted, actual, where)) return [];
  if (typeof wanted !== "object" || typeof actual !== "object" || !actual || !wanted)
    return actual === wanted ? [] : [`${where}: ${actual}, not ${wanted}`];
  const [mine, others] = [actual as Record<string, unknown>, wanted as Record<string, unknown>];
  const keys = [...new Set([...Object.keys(mine), ...Object.keys(others)])];
  return keys.flatMap((key) => differences(mine[key], others[key], `${where}.${key}`));
}

/** Whether a text is so improbable that it may be missing, as the last of ten may. */
function isImprobable(text: unknown, missing: unknown, where: string): boolean {
  if (missing !== undefined) return false;
  if (typeof text === "number") return where.includes(".alternatives.") && text <= PROBABILITY;
  return where.includes(".scores.") && Array.isArray(text) && Math.exp(text[0]) <= PROBABILITY;
}

describe.each(NAMES)("%s", (name) => {
  const grey = picture(`${name}.picture`);
  const wanted = JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), "utf8"));

  test("its maps, components and strips", () => {
    const scan = new Scan(grey, LARGEST);
    expect(apart(scan.ink, picture(`${name}.ink`))).toBeLessThanOrEqual(LEVELS);
    expect(apart(scan.contrast, picture(`${name}.contrast`))).toBeLessThanOrEqual(LEVELS);
    for (const [index, { frames }] of wanted.lines.entries())
      for (const [which, [x, y, width, height]] of frames.entries()) {
        const strip = cut(scan.contrast, boxOf(x, y, width, height));
        expect(apart(strip, picture(`${name}.strip-${index}-${which}`))).toBeLessThanOrEqual(LEVELS);
      }
    const components = scan.components.map(({ box }) => asList(box));
    expect(differences(components, wanted.components, "components")).toEqual([]);
  });

  test("its numbers and reading", async () => {
    const seen = await reader.findCandidates(grey);
    const actual = {
      components: wanted.components,
      simple: seen.simple,
      candidates: byPlace(
        seen.candidates.map(({ box, probabilities, isDigit, detectorScore: found }) => ({
          box: asList(box),
          probabilities: [...probabilities],
          is_digit: isDigit,
          found,
        })),
      ),
      uncovered: seen.uncovered,
      missed: seen.missed,
      lines: seen.lines.map(({ line, texts, scores }) =>
        byText({ frames: line.frames.map(asList), texts, scores }),
      ),
      reading: asFixture(reader.interpret(seen)),
    };
    const asked = {
      ...wanted,
      candidates: byPlace(wanted.candidates),
      lines: wanted.lines.map(byText),
      reading: { ...wanted.reading, alternatives: Object.fromEntries(wanted.reading.alternatives) },
    };
    expect(differences(actual, asked, name)).toEqual([]);
  });

  test("its reading by the models at half precision", async () => {
    const reading = asFixture(await readerOfPage.read(grey));
    const asked = { ...wanted.reading, alternatives: Object.fromEntries(wanted.reading.alternatives) };
    expect(differences(reading, asked, name)).toEqual([]);
  });
});
