/** The shared fixtures hold for photographs of pages: their lines, the level picture of each, and what is read. */
import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { LOOK_PIXELS } from "../src/generated/line-detector";
import { boxOfLine } from "../src/ink/line-pictures";
import { resize } from "../src/ink/resize";
import { outcomesOf } from "../src/reading/decide/outcome";
import { featuresOf, WEIGHTS } from "../src/reading/decide/page-text";
import { coreOf, LineDetector } from "../src/reading/find/line-detector";
import { aloneOf } from "../src/reading/recognise/page";
import { apart, asFixture, asList, differences, FOLDER, LEVELS, NAMES, numbersOf, picture } from "./compared";
import { exact, packed, readerOf } from "./models";

const [reader, detector] = [readerOf(exact), new LineDetector(exact("line-detector"))];
const readerOfPage = readerOf(packed);
const FILES = readdirSync(FOLDER);
// one level of a faint line is several of its maps, which are stretched to all levels
const OF_FAINT_LINES = 4 * LEVELS;
// a cell of its core is at the threshold, and by one level of the shrunk picture, which OpenCV rounds otherwise, the
// line tilts by half a pixel: what is cut out of its level picture, where digits stand on a ruled line, differs
const BESIDE_THRESHOLD: Record<string, RegExp> = {
  large: /^large\.lines\.0\.features\.(raw|wide|core):|\.digits\.[015]\.box\./,
  // lines that are doubtful anyway: one is upside down, one a ruled line; as above, by a level of the shrunk picture
  "page-on-its-side": /^page-on-its-side\.lines\.11\.features\.(worst|classified):/,
  "page-turned": /^page-turned\.lines\.1\.features\.(raw|worst):|\.marks\.0\.probability:/,
};

/** Scores of texts by text, for two may be equally probable. */
const byText = (texts: readonly string[], scores: readonly (readonly number[])[]) =>
  Object.fromEntries(texts.map((text, index) => [text, scores[index]]));

function differencesOf(name: string, actual: unknown, wanted: unknown): string[] {
  return differences(actual, wanted, name).filter((each) => !BESIDE_THRESHOLD[name]?.test(each));
}

const ALL = NAMES.map((name) => [name, numbersOf(name).page] as const).filter(([, page]) => page);
const PAGES = ALL.filter(([, page]) => page.lines);

test.each(ALL)("where the lines of %s are", (name, { found }) => {
  const lines = detector
    .find(picture(`${name}.picture`))
    .lines.map((line) => ({ box: asList(boxOfLine(line)), score: line.score }))
    .sort(
      (a, b) => (a.box[1] as number) - (b.box[1] as number) || (a.box[0] as number) - (b.box[0] as number),
    );
  expect(differences(lines, found, name)).toEqual([]);
});

describe.each(PAGES)("%s", (name, wanted) => {
  const grey = picture(`${name}.picture`);

  test("its lines and its reading", async () => {
    const seen = await reader.findCandidates(grey);
    const actual = {
      found: wanted.found,
      lines: seen.page.map((line) => {
        const [outcome] = outcomesOf(aloneOf(line), WEIGHTS).written;
        return {
          scores: byText(line.texts.texts, line.texts.scores),
          classified: line.classified,
          features: outcome ? featuresOf(outcome, line, seen) : {},
        };
      }),
      is_upside_down: seen.isUpsideDown,
      is_on_its_side: seen.isOnItsSide,
      reading: asFixture(reader.interpret(seen)),
    };
    const lines = wanted.lines.map(({ texts, scores, ...line }: { texts: string[]; scores: number[][] }) => ({
      ...line,
      scores: byText(texts, scores),
    }));
    const reading = { ...wanted.reading, alternatives: Object.fromEntries(wanted.reading.alternatives) };
    expect(differencesOf(name, actual, { ...wanted, lines, reading })).toEqual([]);
  });

  test("its reading by the models at half precision", async () => {
    const reading = { ...wanted.reading, alternatives: Object.fromEntries(wanted.reading.alternatives) };
    expect(differencesOf(name, asFixture(await readerOfPage.read(grey)), reading)).toEqual([]);
  });

  test.runIf(FILES.includes(`${name}.core.png`))("its maps, to the level", async () => {
    const look = resize(grey, Math.min(1, Math.sqrt(LOOK_PIXELS / (grey.width * grey.height))));
    expect(apart(coreOf(detector.maps(look)), picture(`${name}.core`))).toBeLessThanOrEqual(1);
    const { page } = await reader.findCandidates(grey);
    for (const [index, { picture: level, ink, contrast }] of page.entries()) {
      if (!FILES.includes(`${name}.line-${index}-level.png`)) continue;
      expect(apart(level.grey, picture(`${name}.line-${index}-level`))).toBeLessThanOrEqual(1);
      expect(apart(ink, picture(`${name}.line-${index}-ink`))).toBeLessThanOrEqual(OF_FAINT_LINES);
      expect(apart(contrast, picture(`${name}.line-${index}-contrast`))).toBeLessThanOrEqual(OF_FAINT_LINES);
    }
  });
});
