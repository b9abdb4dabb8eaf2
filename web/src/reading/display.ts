/** A picture of a display or a counter becomes a reading; see `shuzi.reading.display`. */
import { CONTRAST, PAPER } from "../generated/ink/paper";
import { COLUMN } from "../generated/ink/strips";
import {
  DISPLAY_BLANK,
  DISPLAY_FEATURES,
  DISPLAY_LINE,
  DISPLAY_TRIMS,
  DISPLAY_TURNED,
  DISPLAY_TURNS,
  MAX_ALTERNATIVES,
  MAX_DISPLAY_LINES,
  SMALLEST_PAGE,
} from "../generated/reading";
import { boxOf } from "../ink/boxes";
import { displayStrip } from "../ink/display-lines";
import { inWhole, lengthOfLine, type Matrix, straighten, type TextLine } from "../ink/line-pictures";
import { level, rounded } from "../ink/numbers";
import { type Coloured, cropped, type Grey } from "../ink/picture";
import { hasDigits, isDigit, withoutMarks } from "./classes";
import { sharedOut, type Texts } from "./decide/alternatives";
import { logit } from "./decide/confidence";
import { digitsAndMarks } from "./decide/line-text";
import { type Character, charactersOf } from "./decide/outcome";
import { clipped, PageScale } from "./decide/page-text";
import { nothingIn } from "./find/candidates";
import type { LineDetector } from "./find/line-detector";
import { logsOf } from "./recognise/ctc";
import type { Columns, Recogniser } from "./recognise/models";
import { likelyTexts, ranked } from "./recognise/page";
import { aboutLine, aboutMarks } from "./report/advice";
import { type Reading, type Sentence, type Status, unread } from "./report/result";

/** What tells whether the text of a display is complete and right. */
type Features = Record<(typeof DISPLAY_FEATURES)[number], number>;

/** What may stand on a line of a display. */
interface DisplayLine {
  /** The line in the picture. */
  readonly grey: Grey;
  readonly isLightOnDark: boolean;
  /** The digits bright. */
  readonly strip: Grey;
  /** From the strip to the picture. */
  readonly matrix: Matrix;
  readonly columns: Columns;
  /** With their probabilities, the best one first. */
  readonly texts: Texts;
  readonly features: Features;
}

export class DisplayReader {
  readonly #scale: PageScale;

  constructor(
    readonly recogniser: Recogniser,
    readonly lineDetector: () => Promise<LineDetector>,
  ) {
    this.#scale = new PageScale(recogniser.card.calibration?.numbers ?? {});
  }

  /** Read the line that is most surely a number: the whole picture, or one that the line detector finds in it. */
  async read(grey: Coloured): Promise<Reading> {
    const line = await this.recognise(grey);
    return line ? this.#decide(line, grey) : unread(["reading.display.none", {}]);
  }

  /** Found in grey, and read in each colour as well; null if there is no number. */
  async recognise(grey: Coloured): Promise<DisplayLine | null> {
    const isLarge = Math.min(grey.width, grey.height) >= SMALLEST_PAGE;
    const lines = isLarge ? (await this.lineDetector()).find(grey).lines : [];
    const sizeOf = (line: TextLine) => lengthOfLine(line) * line.height;
    const largest = lines.toSorted((a, b) => sizeOf(b) - sizeOf(a)).slice(0, MAX_DISPLAY_LINES);
    const cuts: Cut[] = [
      wholeOf,
      ...largest.map(
        (line): Cut =>
          (picture) =>
            cutLine(picture, line),
      ),
    ];
    const found = cuts.map((cut) => ({ cut, line: this.#recognise(...cut(grey)) }));
    const [best] = found.toSorted((a, b) => evidenceOf(b.line) - evidenceOf(a.line)) as [(typeof found)[0]];
    const others = (grey.colours ?? []).filter(({ pixels }) =>
      pixels.some((bright, index) => bright !== grey.pixels[index]),
    );
    return surest([best.line, ...others.map((colour) => this.#recognise(...best.cut(colour)))])[0] ?? null;
  }

  /** In the polarity in which having no text is less probable. */
  #recognise(grey: Grey, matrix: Matrix): DisplayLine | null {
    const [best, other] = surest(
      [false, true].map((isLightOnDark) => readStrips(grey, matrix, this.recogniser, isLightOnDark)),
    );
    return best ? { ...best, features: { ...best.features, other: other?.features.evidence ?? 0 } } : null;
  }

  #decide(line: DisplayLine, grey: Grey): Reading {
    const { texts, features, matrix, strip } = line;
    const { ok } = this.#scale;
    const [text] = texts[0] as Texts[0];
    const same = texts.filter(([other]) => withoutMarks(other) === withoutMarks(text));
    const sum = same.reduce((total, [, probability]) => total + probability, 0);
    const sure = (raw: number) =>
      this.#scale.confidence(DISPLAY_FEATURES.map((name) => ({ ...features, raw })[name]));
    const confidence = sure(features.raw);
    const digitsConfidence = Math.max(sure(logit(Math.min(sum, 1))), confidence);
    const statusOf = (probability: number): Status => (probability >= ok ? "ok" : "unsure");
    const [status, digitsStatus] = [statusOf(confidence), statusOf(digitsConfidence)];
    const alternatives = sharedOut(texts.slice(0, MAX_ALTERNATIVES), confidence, 1);
    const named = (of: Texts) => of.map(([other]) => other);
    let advice: Sentence = ["reading.ok", {}];
    if (digitsStatus !== "ok") advice = aboutLine(false, named(alternatives));
    else if (status !== "ok") advice = aboutMarks(text, named(same));
    else advice = this.#ofLastWheel(line, text) ?? advice;
    const characters = charactersOn(line).map(
      (each): Character => ({ ...each, box: clipped(inWhole({ matrix }, each.box), grey) }),
    );
    const sureties = characters.map(({ character }) => (isDigit(character) ? digitsConfidence : confidence));
    const box = clipped(inWhole({ matrix }, boxOf(0, 0, strip.width, strip.height)), grey);
    return {
      text,
      status,
      confidence,
      digitsStatus,
      digitsConfidence,
      ...digitsAndMarks(characters, sureties, nothingIn(grey), ok),
      ignored: [],
      alternatives,
      advice,
      lines: [{ text, box, status, confidence, advice }],
    };
  }

  /** What is said of a last wheel between two digits: moved up, it shows the following one; others are cut off. */
  #ofLastWheel(
    { grey: { width, height, pixels }, isLightOnDark }: DisplayLine,
    text: string,
  ): Sentence | null {
    const [before, digit] = [text.slice(0, -1), text.slice(-1)];
    if (!isDigit(digit)) return null;
    const last = pixels.length - width;
    const columns = DISPLAY_TURNS.map((part) => {
      const off = rounded(part * height) * width;
      const moved = pixels.map((_, at) => pixels[Math.min(at + off, last + (at % width))] as number);
      return this.recogniser.columns(displayStrip({ width, height, pixels: moved }, isLightOnDark));
    });
    const following = String((Number(digit) + 1) % 10);
    const logs = [digit, following].map((shown) => logsOf(columns, before + shown));
    const [still = 0, turned = 0] = ranked(logs).means;
    return turned - still > DISPLAY_TURNED ? ["reading.display.between", { digit, following }] : null;
  }
}

type Cut = (picture: Grey) => [Grey, Matrix];

const wholeOf: Cut = (picture) => [
  picture,
  [
    [1, 0, 0],
    [0, 1, 0],
  ],
];

const evidenceOf = (line: DisplayLine | null) => line?.features.evidence ?? Number.NEGATIVE_INFINITY;

/** By the evidence for their best texts, the first of equal ones first. */
function surest(lines: readonly (DisplayLine | null)[]): DisplayLine[] {
  return lines.flatMap((line) => line ?? []).sort((a, b) => b.features.evidence - a.features.evidence);
}

/** Rows of a picture without some above and below. */
function inner(grey: Grey, off: number): Grey {
  return cropped(grey, { left: 0, right: grey.width, top: off, bottom: grey.height - off });
}

/** The matrix of a part of a picture that begins lower, or that was resized. */
function ofPart([[xx, xy, x], [yx, yy, y]]: Matrix, off: number, across = 1, down = 1): Matrix {
  return [
    [xx * across, xy * down, x + xy * off],
    [yx * across, yy * down, y + yy * off],
  ];
}

/** A line that was found, with as little around its digits as the crop of a display has. */
function cutLine(grey: Grey, line: TextLine): [Grey, Matrix] {
  const picture = straighten(grey, line);
  const off = Math.max(0, rounded((picture.grey.height - DISPLAY_LINE * picture.height) / 2));
  return [inner(picture.grey, off), ofPart(picture.matrix, off)];
}

/** Read the strips of a line, which differ by what is above and below it; null if no text has a digit. */
function readStrips(
  grey: Grey,
  matrix: Matrix,
  recogniser: Recogniser,
  isLightOnDark: boolean,
): DisplayLine | null {
  const strips = DISPLAY_TRIMS.map((trim) =>
    displayStrip(inner(grey, rounded(trim * grey.height)), isLightOnDark),
  ) as [Grey, Grey];
  const columns = strips.map((strip) => recogniser.columns(strip)) as [Columns, Columns];
  const { texts, logs, alone } = likelyTexts(columns);
  const { means, probabilities, order } = ranked(logs);
  const written = order.filter((index) => hasDigits(texts[index] as string));
  const [best] = written;
  if (best === undefined || Math.exp(means[best] as number) < DISPLAY_BLANK) return null;
  const [strip] = strips;
  const [text, mean] = [texts[best] as string, means[best] as number];
  const blanks = columns.map(blankOf).reduce((sum, log) => sum + log, 0) / columns.length;
  return {
    grey,
    isLightOnDark,
    strip,
    matrix: ofPart(matrix, 0, grey.width / strip.width, grey.height / strip.height),
    columns: columns[0],
    texts: written.map((index) => [texts[index] as string, probabilities[index] as number]),
    features: {
      raw: logit(probabilities[best] as number),
      mean,
      worst: Math.min(...(logs[best] as number[])),
      other: 0,
      length: Math.log(text.length),
      pitch: Math.log(strip.width / COLUMN / text.length),
      agree: alone.filter((own) => own === text).length / alone.length,
      evidence: mean - blanks,
    },
  };
}

/** The log probability that no column has a character. */
function blankOf({ classes, values }: Columns): number {
  return values.reduce((sum, log, index) => (index % classes === classes - 1 ? sum + log : sum), 0);
}

/** The characters of a line's text, on its strip. */
function charactersOn({ strip, columns, texts }: DisplayLine): Character[] {
  const frame = boxOf(0, 0, strip.width, strip.height);
  const pixels = strip.pixels.map((bright) => level(((bright - PAPER) * 255) / CONTRAST));
  return charactersOf(
    {
      line: { candidates: [], frames: [frame, frame], height: strip.height, proposed: [], isStruck: false },
      columns: [columns],
      texts: [],
      scores: [],
    },
    texts.map(([text]) => text),
    texts.map(([, probability]) => probability),
    { ...strip, pixels },
  );
}
