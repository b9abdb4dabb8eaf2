/** Patterns mean here what they mean in Python, whose `re` judged what fits: see `tools/pattern_fixtures.py`. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { CLASSES } from "../src/generated/tasks";
import { automatonOf, WrongPattern } from "../src/reading/patterns/automaton";
import { fittingTexts } from "../src/reading/patterns/fitting";
import { exact, readerOf } from "./models";
import { readPng } from "./png";

interface Fixture {
  patterns: { pattern: string; fits: string[]; of_two: number; rarity: number[] }[];
  texts: string[];
  wrong: { pattern: string; key: string; values: Record<string, string | number> }[];
  columns: { pattern: string; columns: number[][]; texts: [string, number][] }[];
  readings: {
    picture: string;
    pattern: string;
    text: string;
    status: string;
    confidence: number;
    digits_confidence: number;
    advice: string;
    alternatives: [string, number][];
  }[];
}

const FIXTURES = new URL("../../tests/fixtures/", import.meta.url);
const fixture: Fixture = JSON.parse(readFileSync(new URL("patterns.json", FIXTURES), "utf8"));
const PROBABILITY = 0.005; // as in fixtures.test.ts
// "1893" of "touching" is likely by its pattern alone, which multiplies what one level of its strip makes: of a text,
// ARCHITECTURE.md allows this much
const BY_PATTERN_ALONE = { picture: "touching", text: "1893", probability: 0.025 };

test.each(fixture.patterns)("what fits $pattern", ({ pattern, fits, of_two, rarity }) => {
  const automaton = automatonOf(pattern);
  expect(fixture.texts.filter((text) => automaton.accepts(text))).toEqual(fits);
  rarity.forEach((fraction, index) => {
    expect(automaton.rarity(index + 1)).toBeCloseTo(fraction, 5);
  });
  expect(automaton.rarity(2)).toBeGreaterThanOrEqual(of_two - 1e-6);
});

test.each(fixture.wrong)("what is wrong with $pattern", ({ pattern, key, values }) => {
  expect(() => automatonOf(pattern)).toThrow(WrongPattern);
  try {
    automatonOf(pattern);
  } catch (problem) {
    expect((problem as WrongPattern).sentence).toEqual([key, values]);
  }
});

test.each(fixture.columns)("the best texts of columns that fit $pattern", ({ pattern, columns, texts }) => {
  const found = fittingTexts(
    { count: columns.length, classes: CLASSES.length + 1, values: Float32Array.from(columns.flat()) },
    automatonOf(pattern),
  );
  expect(found.map(({ labels }) => labels.map((label) => CLASSES[label]).join(""))).toEqual(
    texts.map(([text]) => text),
  );
  found.forEach(({ logProbability }, index) => {
    expect(logProbability).toBeCloseTo(texts[index]?.[1] ?? 0, 3);
  });
});

const reader = readerOf(exact);

test.each([...new Set(fixture.readings.map(({ picture }) => picture))])(
  "%s read by patterns",
  async (name) => {
    const grey = readPng(readFileSync(new URL(`reading/${name}.picture.png`, FIXTURES)));
    const seen = await reader.findCandidates(grey, false);
    for (const wanted of fixture.readings.filter(({ picture }) => picture === name)) {
      const found = reader.interpret(seen, automatonOf(wanted.pattern));
      expect([wanted.pattern, found.text, found.status, found.advice[0]]).toEqual([
        wanted.pattern,
        wanted.text,
        wanted.status,
        wanted.advice,
      ]);
      const { picture, text, probability } = BY_PATTERN_ALONE;
      const near = name === picture && wanted.text === text ? probability : PROBABILITY;
      expect(Math.abs(found.confidence - wanted.confidence)).toBeLessThan(near);
      expect(Math.abs(found.digitsConfidence - wanted.digits_confidence)).toBeLessThan(near);
      const probabilities = new Map(found.alternatives);
      for (const [other, wantedProbability] of wanted.alternatives)
        expect(Math.abs((probabilities.get(other) ?? 0) - wantedProbability)).toBeLessThan(near);
    }
  },
);
