/** The shared fixtures, and what a port may differ from them by. */
import { readdirSync, readFileSync } from "node:fs";
import type { Box } from "../src/ink/boxes";
import type { Grey } from "../src/ink/picture";
import type { Reading } from "../src/reading/report/result";
import { readPng } from "./png";

export const FOLDER = new URL("../../tests/fixtures/reading/", import.meta.url);

/** The names of the pictures. */
export const NAMES = readdirSync(FOLDER)
  .filter((name) => name.endsWith(".json"))
  .map((name) => name.replace(".json", ""));

// biome-ignore lint/suspicious/noExplicitAny: whatever the step of a reading is
export function numbersOf(name: string): any {
  return JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), "utf8"));
}

// what a port may differ by: see tests/reading/test_fixtures.py
export const LEVELS = 2;
const [PROBABILITY, PIXEL] = [0.01, 1];
// two levels of a strip move the probability of a text more than that of a digit
const TEXT = 0.025;

export function picture(name: string): Grey {
  return readPng(readFileSync(new URL(`${name}.png`, FOLDER)));
}

/** The largest difference of two maps; infinite if their sizes differ. */
export function apart(a: Grey, b: Grey): number {
  if (a.width !== b.width || a.height !== b.height) return Number.POSITIVE_INFINITY;
  return a.pixels.reduce(
    (most, level, index) => Math.max(most, Math.abs(level - (b.pixels[index] as number))),
    0,
  );
}

export const asList = ({ x, y, width, height }: Box) => [x, y, width, height];

export function asFixture({ digits, marks, ignored, lines, ...rest }: Reading) {
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
    lines: lines.map(({ box, advice, ...line }) => ({ ...line, box: asList(box), advice: advice[0] })),
    // by text: two may be equally probable
    alternatives: Object.fromEntries(rest.alternatives),
  };
}

/** Candidates in an order that does not depend on which of two is hardly surer. */
export function byPlace<T extends { box: number[] }>(candidates: T[]): T[] {
  return candidates.toSorted((a, b) => (a.box[0] ?? 0) - (b.box[0] ?? 0));
}

/** The same for the texts of a line. */
export function byText({
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
export function differences(actual: unknown, wanted: unknown, where: string): string[] {
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
