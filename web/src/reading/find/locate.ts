/** A grey picture becomes candidates for its digits: connected components, or what the detector found. */

import { CONTRAST, MIN_CONTRAST, PAPER, SOLID } from "../../generated/ink/paper";
import {
  CLEAR_DETECTION,
  DIGIT_HEIGHT,
  GOOD_SCORE,
  GOOD_SCORE_BEFORE_LINES,
  IMAGES_PER_SEPARATION,
  LARGEST_SIDE,
  LARGEST_STROKE_GAP,
  MAX_BROKEN_STROKES,
  MAX_COMPONENTS,
  MAX_DETECTOR_RUNS,
  MAX_PLAIN,
  MAX_SIMPLE_COMPONENTS,
  MAX_UNEXPLAINED_INK,
  MIN_HEIGHT,
  MIN_HEIGHT_OF_ONE,
  MIN_SCALE_STEP,
  MIN_SCORE,
  PALE_MARGIN,
  PLAIN_SCORE,
  SAME_DIGIT_IOU,
  SAME_DIGIT_OVERLAP,
  STRIP_PIXELS_PER_IMAGE,
  SURE_CONFIDENCE,
  TYPICAL_HEIGHTS,
} from "../../generated/reading";
import {
  type Box,
  bottomOf,
  iou,
  nonMaximumSuppression,
  overlapOfSmaller,
  rightOf,
  touched,
} from "../../ink/boxes";
import { joined, letterHeight } from "../../ink/components";
import { total } from "../../ink/loops/loops";
import { largestAt, level, median } from "../../ink/numbers";
import { inkMap, isOnePiece } from "../../ink/paper";
import { blank, clipped, cropped, type Grey } from "../../ink/picture";
import { Scan } from "../../ink/scan";
import { lengthOf } from "../../ink/strips";
import { textsOf } from "../recognise/ctc";
import { type Classify, type Detector, possibleScale, type Recogniser } from "../recognise/models";
import {
  around,
  type Candidate,
  type Candidates,
  candidatesAt,
  nothingIn,
  TooMuch,
  Work,
} from "./candidates";
import { type Line, linesOf } from "./line-frames";
import { isStruckOut } from "./struck-lines";

/** The models that look for digits. The detector and the recogniser are asked for only where they are needed. */
export interface Models {
  readonly classifier: Classify;
  readonly detector: () => Promise<Detector>;
  /** Null for a classifier that cannot reject: it reads digits only. */
  readonly recogniser: (() => Promise<Recogniser>) | null;
}

/** Find the digits in a picture, classify each, and recognise the lines that they stand on. */
export async function locateDigits(grey: Grey, models: Models): Promise<Candidates> {
  const scan = new Scan(grey, LARGEST_SIDE);
  try {
    return await located(scan, grey, models);
  } catch (problem) {
    if (!(problem instanceof TooMuch)) throw problem;
    const seen = { ...nothingIn(scan.grey), original: grey, ink: scan.ink };
    return { ...seen, uncovered: 1, workLeft: 0, tooMuch: problem.advice };
  }
}

async function located(
  scan: Scan,
  grey: Grey,
  { classifier, detector, recogniser }: Models,
): Promise<Candidates> {
  const [pieces, work] = [scan.components.length, new Work(scan.grey.width * scan.grey.height)];
  if (pieces > MAX_COMPONENTS) throw new TooMuch("reading.many_pieces", pieces);
  let ink = scan.ink;
  let candidates: readonly Candidate[] = [];
  let others: readonly Candidate[] = [];
  let simple = true;
  if (pieces) {
    candidates = simply(scan, classifier);
    const sure = confidenceOf(candidates) >= SURE_CONFIDENCE;
    if (!sure || unexplained(ink, candidates) > MAX_UNEXPLAINED_INK) {
      const enough = recogniser ? GOOD_SCORE_BEFORE_LINES : GOOD_SCORE;
      const [decided, passedOver] = byDetector(scan, classifier, await detector(), candidates, enough, work);
      if (!sure || addsTo(candidates, decided)) [candidates, others, simple] = [decided, passedOver, false];
    }
  } else {
    [ink, candidates, others] = pale(scan, classifier, await detector(), work);
    simple = candidates.length === 0;
  }
  // joined with a point or a stroke beside it, a digit is one candidate too
  const isOneSureDigit =
    candidates.length === 1 &&
    confidenceOf(candidates) >= SURE_CONFIDENCE &&
    unexplained(ink, candidates) <= MAX_UNEXPLAINED_INK &&
    (scan.components.length + scan.specks.length === 1 || isOnePiece(ink));
  const lines = linesOf(candidates, scan.components, ink, scan.specks);
  // a candidate on no line is not a digit
  const digits = new Set(lines.flatMap((line) => line.candidates));
  candidates = candidates.filter((candidate) => digits.has(candidate));
  const asked = recogniser && !(simple && isOneSureDigit) ? lines : [];
  work.allow(Math.min(candidates.filter(({ score }) => score >= PLAIN_SCORE).length, MAX_PLAIN));
  const strips = asked.flatMap(({ frames }) => frames.map(lengthOf));
  work.spend(
    strips.reduce((sum, strip) => sum + strip, 0) / STRIP_PIXELS_PER_IMAGE,
    "reading.many_lines",
    asked.length,
  );
  const reads = recogniser && asked.length ? await recogniser() : null;
  return {
    ...nothingIn(scan.grey),
    original: grey,
    simple,
    ink,
    candidates,
    uncovered: 1 - covered(ink, candidates),
    missed: bestBeside(candidates, others),
    lines: reads ? lines.map((line) => textsOf(withStrike(line, scan.contrast), scan.contrast, reads)) : [],
    workLeft: work.left,
  };
}

function withStrike(line: Line, contrast: Grey): Line {
  const isStruck = isStruckOut(
    contrast,
    line.candidates.map(({ box }) => box),
  );
  return { ...line, isStruck };
}

/** Take each component for a digit, or join nearby components if that gives more confidence. */
function simply({ ink, components }: Scan, classifier: Classify): Candidate[] {
  if (components.length > MAX_SIMPLE_COMPONENTS) return [];
  const boxes = components.map(({ box }) => box);
  const taken = (pieces: readonly Box[]) => withoutLow(candidatesAt(ink, pieces, classifier));
  const candidates = taken(joined(boxes));
  if (boxes.length < 2 || boxes.length > MAX_BROKEN_STROKES || confidenceOf(candidates) >= SURE_CONFIDENCE)
    return candidates;
  const others = taken(joined(boxes, LARGEST_STROKE_GAP));
  return confidenceOf(others) > confidenceOf(candidates) ? others : candidates;
}

function confidenceOf(candidates: readonly Candidate[]): number {
  return candidates.length ? candidates.reduce((product, { confidence }) => product * confidence, 1) : 0;
}

type Chosen = [chosen: readonly Candidate[], all: readonly Candidate[]];

/** Find digits at the scale suggested by the ink and at others if that fits badly; else the simple ones stay. */
function byDetector(
  { ink, contrast, components }: Scan,
  classifier: Classify,
  detector: Detector,
  simple: readonly Candidate[],
  enough: number,
  work: Work,
): Chosen {
  let [best, seen, most]: [readonly Candidate[], readonly Candidate[], number] = [[], [], 0];
  let scale = possibleScale(DIGIT_HEIGHT / letterHeight(components, ink), ink);
  const tried: number[] = [];
  const shorter = Math.min(ink.width, ink.height);
  for (;;) {
    const detections = detector.find(contrast, scale);
    const boxes = detections.map(({ box }) => box);
    const all = candidatesAt(ink, boxes, classifier, detections, work);
    const candidates = chosen(all);
    const score = scoreOf(ink, candidates);
    if (score > most || !best.length) [best, seen, most] = [candidates, all, score];
    tried.push(scale);
    const decided: Chosen = [best.length ? best : simple, seen];
    if (most >= enough || tried.length === MAX_DETECTOR_RUNS) return decided;
    // what was found is the best guide to the digits' height; if they touch print, or nothing was found, try
    // typical heights
    const heights = candidates.length ? [median(candidates.map(({ box }) => box.height))] : [];
    const following = [...heights, ...TYPICAL_HEIGHTS.map((fraction) => fraction * shorter)]
      .map((height) => possibleScale(DIGIT_HEIGHT / height, ink))
      .find((candidate) => tried.every((old) => Math.abs(Math.log(candidate / old)) > MIN_SCALE_STEP));
    if (following === undefined) return decided;
    scale = following;
  }
}

/** Find digits with the detector if the writing is too pale or the paper too uneven for an ink map. */
function pale(
  { grey, contrast }: Scan,
  classifier: Classify,
  detector: Detector,
  work: Work,
): [Grey, ...Chosen] {
  const isOn = (box: Box) =>
    box.x < grey.width && box.y < grey.height && rightOf(box) > 0 && bottomOf(box) > 0;
  const shorter = Math.min(grey.width, grey.height);
  const ink = blank(grey.width, grey.height);
  for (const fraction of TYPICAL_HEIGHTS) {
    const detections = detector
      .find(contrast, DIGIT_HEIGHT / (fraction * shorter))
      .filter(({ box }) => isOn(box));
    if (!detections.some(({ score }) => score >= CLEAR_DETECTION)) continue;
    const boxes = detections.map(({ box }) => box);
    work.spend(IMAGES_PER_SEPARATION * boxes.length, "reading.many_digits", boxes.length);
    for (const box of boxes) darken(ink, grey, contrast, box);
    const candidates = candidatesAt(ink, boxes, classifier, detections, work);
    return [ink, chosen(candidates), candidates];
  }
  return [ink, [], []];
}

/** Add the pale ink around a box to an ink map. */
function darken(ink: Grey, grey: Grey, contrast: Grey, box: Box): void {
  const part = clipped(grey, around(box, PALE_MARGIN));
  let local = inkMap(cropped(grey, part), MIN_CONTRAST / 2);
  if (!local.pixels.some((darkness) => darkness > 0)) {
    // the detector found it, so it is not noise
    const seen = cropped(contrast, part);
    const darker = (shade: number) => level(Math.max(shade - PAPER, 0) * (255 / CONTRAST));
    local = { ...seen, pixels: seen.pixels.map(darker) };
  }
  local.pixels.forEach((level, index) => {
    const at = (part.top + Math.floor(index / local.width)) * ink.width + part.left + (index % local.width);
    ink.pixels[at] = Math.max(ink.pixels[at] as number, level);
  });
}

/** Keep the best of overlapping candidates, and drop those too small, next to the others, to be digits. */
function chosen(candidates: readonly Candidate[]): Candidate[] {
  const sure = candidates.filter(({ score }) => score >= MIN_SCORE).sort((a, b) => b.score - a.score);
  return withoutLow(nonMaximumSuppression(sure, overlapOfSmaller, SAME_DIGIT_OVERLAP));
}

/** The score of the best candidate that was not chosen and does not overlap a chosen one. */
function bestBeside(candidates: readonly Candidate[], others: readonly Candidate[]): number {
  const additional = others.filter(({ box }) =>
    candidates.every((candidate) => overlapOfSmaller(box, candidate.box) < SAME_DIGIT_OVERLAP),
  );
  return Math.max(0, ...additional.map(({ score }) => score));
}

/** Drop candidates too small, next to the others, to be digits: a comma looks like a 1, a small 0 is often a real 0. */
function withoutLow(candidates: Candidate[]): Candidate[] {
  const height = median(candidates.map(({ box }) => box.height));
  return candidates.filter(
    ({ box, probabilities }) =>
      box.height >= (largestAt(probabilities) === 1 ? MIN_HEIGHT_OF_ONE : MIN_HEIGHT) * height,
  );
}

/** How well candidates explain a picture: their mean score times the fraction of ink they cover. */
function scoreOf(ink: Grey, candidates: readonly Candidate[]): number {
  if (!candidates.length) return 0;
  return (
    (covered(ink, candidates) * candidates.reduce((sum, { score }) => sum + score, 0)) / candidates.length
  );
}

/** The fraction of solid ink outside candidates: lines, frames, specks, and digits lost with a line. */
function unexplained(ink: Grey, candidates: readonly Candidate[]): number {
  return 1 - covered(ink, candidates, SOLID);
}

/** Whether there are more others, including one at about the same place as each candidate. */
function addsTo(candidates: readonly Candidate[], others: readonly Candidate[]): boolean {
  const isThere = ({ box }: Candidate) =>
    others.some((candidate) => iou(box, candidate.box) >= SAME_DIGIT_IOU);
  return others.length > candidates.length && candidates.every(isThere);
}

/** The fraction of ink inside the candidates' boxes; 0 if there is no ink. With `least`, all ink from there on is alike. */
function covered({ width, height, pixels }: Grey, candidates: readonly Candidate[], least = 0): number {
  // of each pixel, whether it was counted already, since boxes overlap
  const isCovered = new Uint8Array(pixels.length);
  let inside = 0;
  for (const { box } of candidates) {
    const { top, bottom, left, right } = clipped({ width, height, pixels }, touched(box));
    for (let y = top; y < bottom; y++)
      for (let index = y * width + left; index < y * width + right; index++) {
        if (isCovered[index]) continue;
        isCovered[index] = 1;
        const level = pixels[index] as number;
        inside += least ? +(level >= least) : level;
      }
  }
  return inside / Math.max(total({ width, height, pixels }, least), 1);
}
