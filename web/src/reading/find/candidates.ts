/** Boxes in an ink map become candidates: what each may be, with probabilities; see `shuzi.reading.locate`. */
import {
  CLASSIFIER_EXPONENT,
  CROP_GROWTHS,
  DETECTOR_EXPONENT,
  EDGE_PIXELS,
  MAX_WORK,
  MIN_PROBABILITY,
  MIN_WORK,
  ONE_CROP_CONFIDENCE,
  PIXELS_PER_WORK,
} from "../../generated/reading";
import { type Box, bottomOf, grown, rightOf, touched, wholeBox } from "../../ink/boxes";
import type { TextLine } from "../../ink/line-pictures";
import { cutOut } from "../../ink/normalize";
import { blank, type Grey, type Part } from "../../ink/picture";
import type { LineTexts } from "../recognise/ctc";
import type { Classified, Classify, Found } from "../recognise/models";
import type { PageLine } from "../recognise/page";
import type { Sentence } from "../report/result";

/** A picture seems to hold more than a page of writing; reading it would take too long. */
export class TooMuch extends Error {
  readonly advice: Sentence;

  constructor(key: string, n: number) {
    super(key);
    this.advice = [key, { n }];
  }
}

/** The work that may still be spent on a picture, in images classified; it is counted before it is done. */
export class Work {
  #left: number;

  /** @param pixels of the picture: a small one holds little writing */
  constructor(pixels: number) {
    this.#left = Math.min(MAX_WORK, MIN_WORK + pixels / PIXELS_PER_WORK);
  }

  get left(): number {
    return this.#left;
  }

  /** Add to the budget. */
  allow(images: number): void {
    this.#left += images;
  }

  /** Spend from the budget; throw `TooMuch`, with this sentence, if too little is left. */
  spend(images: number, key: string, n: number): void {
    this.#left -= images;
    if (this.#left < 0) throw new TooMuch(key, n);
  }
}

/** A box that may hold a digit. */
export interface Candidate {
  /** What the classifier saw. */
  readonly image: Grey;
  readonly box: Box;
  /** Of each digit, given that it is one. */
  readonly probabilities: Float64Array;
  readonly isDigit: number;
  /** The detector's score; 1 if it was not used. */
  readonly detectorScore: number;
  /** The probability that it is a digit and that the best guess is correct. */
  readonly confidence: number;
  /** The combined score of detector and classifier. */
  readonly score: number;
}

function candidateOf(
  image: Grey,
  box: Box,
  { probabilities, isDigit }: Classified,
  detectorScore: number,
): Candidate {
  const confidence = Math.max(...probabilities) * isDigit;
  return {
    image,
    box,
    probabilities,
    isDigit,
    detectorScore,
    confidence,
    score: Math.sqrt(detectorScore * confidence),
  };
}

/** Everything that was found in a picture. */
export interface Candidates {
  /** The picture as it was searched, and the original. */
  readonly grey: Grey;
  readonly original: Grey;
  /** Whether the ink was simple, so the detector was not used. */
  readonly simple: boolean;
  readonly ink: Grey;
  readonly candidates: readonly Candidate[];
  /** The fraction of the ink outside all of them. */
  readonly uncovered: number;
  /** The score of the best rejected candidate that does not overlap them; 0 if there is none. */
  readonly missed: number;
  /** The possible texts of each line; empty if the line recogniser was not used. */
  readonly lines: readonly LineTexts[];
  /** The lines of a photograph, in reading order; if there are any, they are all that is read. */
  readonly page: readonly PageLine[];
  /** Lines that the upper or lower edge of the photograph cuts off, which are not read. */
  readonly cutOff: readonly TextLine[];
  /** Whether these lines are read better turned by half a circle. */
  readonly isUpsideDown: boolean;
  /** Whether the photograph turned by a quarter has lines that are read better. */
  readonly isOnItsSide: boolean;
  /** If the line detector has looked at the picture and found no line: the highest probability of one. */
  readonly lineScore: number | null;
  /** The sentence if there is more in the picture than can be read; then nothing was read. */
  readonly tooMuch: Sentence | null;
  /** The work left for telling what the ink outside all characters is, in images classified. */
  readonly workLeft: number;
}

/** What was found in a picture in which nothing was. */
export function nothingIn(grey: Grey): Candidates {
  return {
    grey,
    original: grey,
    simple: false,
    ink: blank(1, 1),
    candidates: [],
    uncovered: 0,
    missed: 0,
    lines: [],
    page: [],
    cutOff: [],
    isUpsideDown: false,
    isOnItsSide: false,
    lineScore: null,
    tooMuch: null,
    workLeft: MAX_WORK,
  };
}

/** Whether a box is so close to the picture's edge that ink may be cut off. */
export function isAtEdge({ grey: { width, height } }: Candidates, box: Box): boolean {
  return (
    Math.min(box.x, box.y) <= EDGE_PIXELS ||
    rightOf(box) >= width - EDGE_PIXELS ||
    bottomOf(box) >= height - EDGE_PIXELS
  );
}

/** A box of the searched picture in whole pixels of the original one, clipped to it. */
export function inOriginal({ grey, original }: Candidates, box: Box): Box {
  const across = (x: number) => (x * original.width) / grey.width;
  const down = (y: number) => (y * original.height) / grey.height;
  return wholeBox([across(box.x), across(rightOf(box))], [down(box.y), down(bottomOf(box))], original);
}

/** The rows and columns of a box with a margin that is a fraction of its longer side. */
export function around(box: Box, fraction: number): Part {
  return touched(box, fraction * Math.max(box.width, box.height));
}

/** Classify each box that holds ink; if the detector found it, combine the results of both. */
export function candidatesAt(
  ink: Grey,
  boxes: readonly Box[],
  classifier: Classify,
  detections: readonly Found[] | null = null,
  work: Work | null = null,
): Candidate[] {
  work?.spend(boxes.length, "reading.many_digits", boxes.length);
  const inked = boxes.flatMap((box, index) => {
    const image = cutOut(ink, box);
    return image ? [{ image, box, detection: detections?.[index] }] : [];
  });
  if (!inked.length) return [];
  const classified = classifier.classify(inked.map(({ image }) => image));
  // the detector's boxes are not exact, and where that matters one crop is not enough
  if (detections) classifyAgain(ink, inked, classifier, classified, work);
  return inked.map(({ image, box, detection }, index) => {
    const answer = classified[index] as Classified;
    if (!detection) return candidateOf(image, box, answer, 1);
    // the detector sees the surroundings, so it counts for more
    const both = answer.probabilities.map(
      (fraction, digit) =>
        fraction ** CLASSIFIER_EXPONENT *
        Math.max(detection.scores[digit] as number, MIN_PROBABILITY) ** DETECTOR_EXPONENT,
    );
    return candidateOf(image, box, { ...answer, probabilities: asShares(both) }, detection.score);
  });
}

/** Classify slightly wider and narrower crops of unsure ones too, and replace the first results by the mean of all. */
function classifyAgain(
  ink: Grey,
  inked: readonly { box: Box }[],
  classifier: Classify,
  classified: Classified[],
  work: Work | null,
): void {
  const unsure = inked.flatMap(({ box }, index) => {
    const { probabilities, isDigit } = classified[index] as Classified;
    return Math.max(...probabilities) * isDigit >= ONE_CROP_CONFIDENCE ? [] : [{ box, index }];
  });
  work?.spend(unsure.length * CROP_GROWTHS.length, "reading.many_digits", inked.length);
  const cuts = unsure.flatMap(({ box, index }) =>
    CROP_GROWTHS.flatMap((fraction) => {
      const image = cutOut(ink, grown(box, fraction));
      return image ? [{ image, index }] : [];
    }),
  );
  const again = classifier.classify(cuts.map(({ image }) => image));
  for (const index of new Set(cuts.map((cut) => cut.index))) {
    const others = again.filter((_, which) => cuts[which]?.index === index);
    const all = [classified[index] as Classified, ...others];
    const mean = (of: (classified: Classified) => number) =>
      all.reduce((sum, answer) => sum + of(answer), 0) / all.length;
    const means = Float64Array.from({ length: 10 }, (_, digit) =>
      Math.exp(
        mean(({ probabilities }) => Math.log(Math.max(probabilities[digit] as number, MIN_PROBABILITY))),
      ),
    );
    classified[index] = { probabilities: asShares(means), isDigit: mean(({ isDigit }) => isDigit) };
  }
}

function asShares(values: Float64Array): Float64Array {
  const total = values.reduce((sum, value) => sum + value, 0);
  return values.map((value) => value / total);
}
