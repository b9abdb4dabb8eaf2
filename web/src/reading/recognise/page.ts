/** The lines found on a photograph are recognised, each in its own level picture; see `shuzi.reading.page`. */

import { BESIDE, FRAMES } from "../../generated/ink/line-pictures";
import { HEIGHT, LONGEST, SHORTEST } from "../../generated/ink/strips";
import {
  LOWEST_LOG_PROBABILITY,
  MAX_PAGE_WORK,
  MAX_TEXTS,
  MAX_WORK,
  NEXT_NUMBER,
  PROBABLE,
  STRIP_PIXELS_PER_IMAGE,
  TEXTS_OF_A_STRIP,
  TIMES_OTHER_DISTANCES,
  TURNED_LINES,
  TURNED_MARGIN,
  UPRIGHT_PROBABILITY,
} from "../../generated/reading";
import { type Box, rightOf } from "../../ink/boxes";
import { inReadingOrder } from "../../ink/components";
import {
  boxOfLine,
  frameLine,
  type LinePicture,
  lengthOfLine,
  partOf,
  straighten,
  type TextLine,
} from "../../ink/line-pictures";
import { median } from "../../ink/numbers";
import { mapsOfLine } from "../../ink/paper";
import { blank, type Grey } from "../../ink/picture";
import { cut } from "../../ink/strips";
import { isDigit } from "../classes";
import { type Character, charactersOf } from "../decide/outcome";
import { type Candidates, nothingIn, TooMuch, Work } from "../find/candidates";
import { type LineDetector, withoutCutOff } from "../find/line-detector";
import { middlesOf } from "./character-boxes";
import { bestTexts, type LineTexts, logsOf } from "./ctc";
import type { Classify, Columns, Recogniser } from "./models";

/** A line that the line detector found on a photograph, and what may stand on it. */
export interface PageLine {
  readonly line: TextLine;
  readonly picture: LinePicture;
  /** Of its own picture. */
  readonly ink: Grey;
  readonly contrast: Grey;
  /** Its frames are in its own picture. */
  readonly texts: LineTexts;
  /** For each digit of its most probable text, the classifier's probability of that digit. */
  readonly classified: readonly number[];
  /** The height of its digits as a multiple of the other lines' median; 1 without others. */
  readonly relativeHeight: number;
}

/** A line, and the characters of its most probable text. */
type Recognised = [PageLine, Character[]];

/** Recognise the lines of a photograph. */
export function recognisePage(
  grey: Grey,
  lines: readonly TextLine[],
  recogniser: Recogniser,
  classifier: Classify,
): Candidates {
  const seen = nothingIn(grey);
  const work = new Work(Number.POSITIVE_INFINITY);
  work.allow(MAX_PAGE_WORK - MAX_WORK);
  const whole = withoutCutOff(lines, grey);
  const found = whole.length ? whole : lines;
  const cutOff = lines.filter((line) => !found.includes(line));
  const height = median(found.map((line) => line.height));
  const recognise = (line: TextLine) => {
    const relativeHeight = line.height / (found.length > 1 ? height : line.height);
    return recognised(grey, line, relativeHeight, recogniser, classifier, work);
  };
  try {
    spendOn(found, work);
    const page = inReadingOrder(found.map(boxOfLine))
      .flat()
      .map((index) => recognise(found[index] as TextLine))
      .flatMap((line) => numbersOf(line, recognise, work));
    return { ...seen, page, cutOff, isUpsideDown: isUpsideDown(page, recogniser) };
  } catch (problem) {
    if (!(problem instanceof TooMuch)) throw problem;
    return { ...seen, workLeft: 0, uncovered: 1, tooMuch: problem.advice };
  }
}

/** Account for the strips of some lines, by how wide they are. */
function spendOn(lines: readonly TextLine[], work: Work): void {
  const widths = lines.flatMap((line) => {
    const wide = lengthOfLine(line) / line.height + 2 * BESIDE;
    return FRAMES.map((times) => Math.min(Math.max((HEIGHT * wide) / times, SHORTEST), LONGEST));
  });
  const pixels = widths.reduce((sum, wide) => sum + wide, 0);
  work.spend(pixels / STRIP_PIXELS_PER_IMAGE, "reading.many_lines", lines.length);
}

/** Whether the longest lines are more probable turned by half a circle; those that are sure are upright. */
function isUpsideDown(page: readonly PageLine[], recogniser: Recogniser): boolean {
  let [upright, turned] = [0, 0];
  const longest = page.toSorted((a, b) => lengthOfLine(b.line) - lengthOfLine(a.line)).slice(0, TURNED_LINES);
  for (const { picture, texts } of longest) {
    const best = Math.max(...texts.scores.map(([wide]) => wide as number));
    if (best >= Math.log(UPRIGHT_PROBABILITY)) return false;
    const grey = { ...picture.grey, pixels: picture.grey.pixels.toReversed() };
    upright += best;
    turned += logProbabilityOf({ ...picture, grey }, recogniser);
  }
  return turned > upright + TURNED_MARGIN;
}

/** The log probability of the best text of a line in its own picture. */
function logProbabilityOf(picture: LinePicture, recogniser: Recogniser): number {
  const { contrast } = mapsOfLine(picture.grey, picture.height);
  const columns = recogniser.columns(cut(contrast, frameLine(picture, FRAMES[0])));
  const [text] = bestTexts(columns, 1);
  return text?.logProbability ?? LOWEST_LOG_PROBABILITY;
}

/** Whether a page has lines that are more probable if it is turned by a quarter; unless its own are probable. */
export function liesOnItsSide(
  grey: Grey,
  page: readonly PageLine[],
  detector: LineDetector,
  recogniser: Recogniser,
): boolean {
  const own = page.toSorted((a, b) => lengthOfLine(b.line) - lengthOfLine(a.line)).slice(0, TURNED_LINES);
  const upright = meanOf(own.map(({ texts }) => Math.max(...texts.scores.map(([wide]) => wide as number))));
  if (page.length < 2 || upright >= PROBABLE) return false; // a single number is better told by its digits
  return [1, 3].some((quarters) => {
    const turned = quarters === 1 ? turnedLeft(grey) : turnedLeft(turnedLeft(turnedLeft(grey)));
    const found = detector.find(turned).lines.toSorted((a, b) => lengthOfLine(b) - lengthOfLine(a));
    const logs = found
      .slice(0, TURNED_LINES)
      .map((line) => logProbabilityOf(straighten(turned, line), recogniser));
    return logs.length > 0 && meanOf(logs) > upright + TURNED_MARGIN / TURNED_LINES;
  });
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Turned by a quarter to the left. */
function turnedLeft({ width, height, pixels }: Grey): Grey {
  const turned = blank(height, width);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      turned.pixels[(width - 1 - x) * height + y] = pixels[y * width + x] as number;
  return turned;
}

/** A line as everything that was found in a picture of its own. */
export function aloneOf({ picture: { grey }, ink, texts }: PageLine): Candidates {
  return { ...nothingIn(grey), ink, lines: [texts] };
}

/** Each of the numbers that wide gaps divide a line into, as long as there is work left. */
function numbersOf(
  [whole, characters]: Recognised,
  recognise: (line: TextLine) => Recognised,
  work: Work,
): PageLine[] {
  const [start, { line }] = [nextNumber(whole, characters), whole];
  if (start === null) return [whole];
  const [larger, before] = [line.height / whole.picture.height, BESIDE * line.height];
  const [left, right] = [characters[start - 1] as Character, characters[start] as Character];
  const parts = [
    partOf(line, 0, rightOf(left.box) * larger - before),
    partOf(line, right.box.x * larger - before, lengthOfLine(line)),
  ];
  try {
    spendOn(parts, work);
    return parts.flatMap((part) => numbersOf(recognise(part), recognise, work));
  } catch (problem) {
    if (problem instanceof TooMuch) return [whole];
    throw problem;
  }
}

/** The index of the digit after a gap that parts two numbers; null if there is none. */
function nextNumber({ texts, picture }: PageLine, characters: readonly Character[]): number | null {
  const text = characters.map(({ character }) => character).join("");
  const middles = middlesOf(texts, text);
  const distances = middles
    .slice(1)
    .map((middle, index) => (middle - (middles[index] as number)) / picture.height);
  if (distances.length < 2) return null; // no other tells how far apart the digits are written
  const widest = Math.max(...distances);
  const index = distances.indexOf(widest);
  const others = distances.toSpliced(index, 1).toSorted((a, b) => a - b);
  const usual = others[(others.length - 1) >> 1] as number;
  const isNumber = isDigit(text[index] as string) && isDigit(text[index + 1] as string);
  return isNumber && widest >= Math.max(NEXT_NUMBER, TIMES_OTHER_DISTANCES * usual) ? index + 1 : null;
}

function recognised(
  grey: Grey,
  line: TextLine,
  relativeHeight: number,
  recogniser: Recogniser,
  classifier: Classify,
  work: Work,
): Recognised {
  const picture = straighten(grey, line);
  const { ink, contrast } = mapsOfLine(picture.grey, picture.height);
  const frames = FRAMES.map((times) => frameLine(picture, times)) as [Box, Box];
  const columns = frames.map((frame) => recogniser.columns(cut(contrast, frame)));
  const { texts: likely, logs } = likelyTexts(columns);
  const texts: LineTexts = {
    line: { candidates: [], frames, height: picture.height, proposed: [], isStruck: false },
    columns,
    texts: likely,
    // no candidates were looked for, so the strips alone count
    scores: logs.map((of) => [of[0] as number, of.at(-1) as number, Math.max(...of), 0, 0, 0, 0]),
  };
  const characters = likelyCharacters(texts, logs, ink);
  const digits = characters.filter(({ character }) => isDigit(character));
  const classified = classify(digits, classifier, work);
  return [{ line, picture, ink, contrast, texts, classified, relativeHeight }, characters];
}

/** The texts that some strips of a line may say. */
interface Likely {
  readonly texts: readonly string[];
  /** The log probability of each in each strip. */
  readonly logs: readonly (readonly number[])[];
  /** What each strip says by itself. */
  readonly alone: readonly (string | undefined)[];
}

/** The most probable texts of all strips. */
export function likelyTexts(columns: readonly Columns[]): Likely {
  const room = Math.min(...columns.map(({ count }) => count));
  const proposed = columns.map((column) => bestTexts(column, TEXTS_OF_A_STRIP).map(({ text }) => text));
  const texts = [...new Set(proposed.flat())].filter(({ length }) => length <= room).slice(0, MAX_TEXTS);
  return { texts, logs: texts.map((text) => logsOf(columns, text)), alone: proposed.map(([first]) => first) };
}

/** The characters of the text that is most probable in all strips. */
function likelyCharacters(texts: LineTexts, logs: Likely["logs"], ink: Grey): Character[] {
  const { order, probabilities } = ranked(logs);
  return charactersOf(
    texts,
    order.map((index) => texts.texts[index] as string),
    order.map((index) => probabilities[index] as number),
    ink,
  );
}

/** The mean log probability of each text, its probability by that, and their order by it, the best one first. */
export function ranked(logs: Likely["logs"]) {
  const means = logs.map(meanOf);
  const largest = Math.max(...means);
  const likely = means.map((mean) => Math.exp(mean - largest));
  const total = likely.reduce((sum, probability) => sum + probability, 0);
  return {
    means,
    probabilities: likely.map((probability) => probability / total),
    order: [...means.keys()].sort((a, b) => (means[b] as number) - (means[a] as number)),
  };
}

/** The classifier's probability of each digit. */
function classify(digits: readonly Character[], classifier: Classify, work: Work): number[] {
  if (!digits.length) return [];
  work.spend(digits.length, "reading.many_digits", digits.length);
  const answers = classifier.classify(digits.map(({ image }) => image));
  return answers.map(
    ({ probabilities, isDigit: sure }, index) =>
      (probabilities[Number(digits[index]?.character)] as number) * sure,
  );
}
