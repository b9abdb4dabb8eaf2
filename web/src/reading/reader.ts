/** A picture becomes a reading: a page is read line by line; else simple ink is split into connected components. */
import { LARGEST_ON_PAGE, SMALLEST_PAGE } from "../generated/reading";
import { intersection } from "../ink/boxes";
import { boxOfLine, lengthOfLine, type TextLine } from "../ink/line-pictures";
import type { Grey } from "../ink/picture";
import { LineScale, Scale } from "./decide/confidence";
import { decide } from "./decide/decision";
import { PageScale } from "./decide/page-text";
import { type Candidates, inOriginal } from "./find/candidates";
import { type LineDetector, mayBeOneNumber, type Writing, withoutCutOff } from "./find/line-detector";
import { locateDigits, type Models } from "./find/locate";
import type { Automaton } from "./patterns/automaton";
import type { Classifier, Detector, Recogniser } from "./recognise/models";
import { liesOnItsSide, recognisePage } from "./recognise/page";
import type { Reading } from "./report/result";

/** Loads a model that the reading turned out to need. */
interface Helpers {
  detector(): Promise<Detector>;
  recogniser(): Promise<Recogniser>;
  lineDetector(): Promise<LineDetector>;
}

export class Reader {
  readonly #models: Models;
  readonly #scale: Scale;
  readonly #lineScale: LineScale;
  readonly #pageScale: PageScale;
  readonly #lineDetector: Helpers["lineDetector"];

  constructor(
    readonly classifier: Classifier,
    { detector, recogniser, lineDetector }: Helpers,
  ) {
    // a model that cannot tell a letter from a digit reads digits only
    this.#models = { classifier, detector, recogniser: classifier.rejects ? recogniser : null };
    const { thresholds, calibration } = classifier.card;
    // the page has the detector and the recogniser that each shipped model was calibrated with
    const numbers = calibration?.numbers ?? {};
    this.#scale = new Scale({ ...thresholds, ...numbers });
    this.#lineScale = new LineScale(numbers);
    this.#pageScale = new PageScale(numbers);
    this.#lineDetector = lineDetector;
  }

  /** @param pattern that what is written fits; null for any number */
  async read(grey: Grey, pattern: Automaton | null = null): Promise<Reading> {
    return this.interpret(await this.findCandidates(grey), pattern);
  }

  /**
   * Everything found on the way to a reading, to show or measure it.
   *
   * @param asPage whether it may be a photograph of several lines; a cell of a table is one number
   */
  async findCandidates(grey: Grey, asPage = true): Promise<Candidates> {
    const writing = asPage ? await this.#findWriting(grey) : null;
    let lines = writing && isPage(writing.lines, grey) ? writing.lines : [];
    if (lines.length && !mayBeOneNumber(lines)) {
      const page = await this.#recognisePage(grey, lines);
      if (!page.tooMuch) return page; // a large table may still be read row by row
      lines = [];
    }
    const seen = await locateDigits(grey, this.#models);
    // clear ink on a single line is read as well without its neighbours, and only there a stroke is surely seen
    const isClear = seen.simple && seen.lines.length < 2 && isOnOneOf(lines, seen);
    const isStruck = seen.lines.some(({ line }) => line.isStruck);
    if (lines.length && !isClear && !isStruck) return this.#recognisePage(grey, lines);
    const lineScore = writing && !writing.lines.length ? writing.score : null;
    return { ...seen, lineScore };
  }

  interpret(seen: Candidates, pattern: Automaton | null = null): Reading {
    return decide(seen, this.#scale, this.#lineScale, this.#pageScale, pattern);
  }

  /** The lines of a picture that is large enough to hold several. */
  async #findWriting(grey: Grey): Promise<Writing | null> {
    if (!this.#models.recogniser || Math.min(grey.width, grey.height) < SMALLEST_PAGE) return null;
    return (await this.#lineDetector()).find(grey);
  }

  async #recognisePage(grey: Grey, lines: readonly TextLine[]): Promise<Candidates> {
    const recogniser = await (this.#models.recogniser as Helpers["recogniser"])();
    const seen = recognisePage(grey, lines, recogniser, this.classifier);
    if (!seen.page.length || seen.isUpsideDown) return seen;
    return { ...seen, isOnItsSide: liesOnItsSide(grey, seen.page, await this.#lineDetector(), recogniser) };
  }
}

/** Whether the largest line of a picture, of those that are not cut off, is much lower than the picture. */
function isPage(lines: readonly TextLine[], grey: Grey): boolean {
  const whole = withoutCutOff(lines, grey);
  const areaOf = (line: TextLine) => lengthOfLine(line) * line.height;
  const [largest] = (whole.length ? whole : [...lines]).sort((a, b) => areaOf(b) - areaOf(a));
  return largest !== undefined && largest.height < LARGEST_ON_PAGE * grey.height;
}

/** Whether any candidate is where a line was found: elsewhere they are a shadow or the edge of something. */
function isOnOneOf(lines: readonly TextLine[], seen: Candidates): boolean {
  const boxes = seen.candidates.map(({ box }) => inOriginal(seen, box));
  return lines.some((line) => boxes.some((box) => intersection(boxOfLine(line), box) > 0));
}
