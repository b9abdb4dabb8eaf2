/** The shared fixtures hold: each step from a picture to its reading gives what it gives in Python. */
import { describe, expect, test } from "vitest";
import { boxOf } from "../src/ink/boxes";
import { Scan } from "../src/ink/scan";
import { cut } from "../src/ink/strips";
import {
  apart,
  asFixture,
  asList,
  byPlace,
  byText,
  differences,
  LEVELS,
  NAMES,
  numbersOf,
  picture,
} from "./compared";
import { exact, packed, readerOf } from "./models";

const LARGEST = 1_280;
// of its 1.2 million pixels of ink one differs by 3 levels, another by 2, where sums are rounded otherwise
const OF_INK: Record<string, number> = { "page-fine": 3 };

const reader = readerOf(exact);
const readerOfPage = readerOf(packed);

describe.each(NAMES)("%s", (name) => {
  const grey = picture(`${name}.picture`);
  const { page: _, ...wanted } = numbersOf(name);

  test("its maps, components and strips", () => {
    const scan = new Scan(grey, LARGEST);
    expect(apart(scan.ink, picture(`${name}.ink`))).toBeLessThanOrEqual(OF_INK[name] ?? LEVELS);
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
    const seen = await reader.findCandidates(grey, false);
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
    const reading = asFixture(readerOfPage.interpret(await readerOfPage.findCandidates(grey, false)));
    const asked = { ...wanted.reading, alternatives: Object.fromEntries(wanted.reading.alternatives) };
    expect(differences(reading, asked, name)).toEqual([]);
  });
});
