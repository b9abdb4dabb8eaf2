/**
 * The lines of a photograph become one reading, a number a line, with one confidence that was fitted; see
 * `shuzi.reading.decide.page_text`.
 */
import { SOLID } from "../../generated/ink/paper";
import {
  CHARACTER_MARGIN,
  FEATURES,
  LINE_BAND,
  MAX_ALTERNATIVES,
  MIN_CONFIDENCE,
  PAGE_OK,
  PAGE_TREE,
  PAGE_WEIGHTS,
  SURELY_NO_DIGIT,
  UNFITTED,
} from "../../generated/reading";
import { SIGN } from "../../generated/tasks";
import { type Box, bottomOf, rightOf, wholeBox } from "../../ink/boxes";
import { boxOfLine, inWhole } from "../../ink/line-pictures";
import { rounded } from "../../ink/numbers";
import type { Grey } from "../../ink/picture";
import { isDigit, withoutMarks } from "../classes";
import type { Candidates } from "../find/candidates";
import type { Automaton } from "../patterns/automaton";
import { follow } from "../patterns/fitting";
import { SCORES } from "../recognise/ctc";
import { aloneOf, type PageLine } from "../recognise/page";
import { aboutLine, aboutMarks } from "../report/advice";
import { type Reading, type Sentence, type Status, unread } from "../report/result";
import { mostProbable, onLines, sharedOut, type Texts } from "./alternatives";
import { LineScale, logit, type Numbers, sigmoid } from "./confidence";
import { doubtWideGap } from "./doubts";
import { ignoredOn } from "./ignored-ink";
import { digitsAndMarks, successOf } from "./line-text";
import { type Outcome, outcomesOf, probabilityOfNoDigit } from "./outcome";

/** What tells whether a line's text is complete and right. */
type Features = Record<(typeof FEATURES)[number], number>;

/** How much each score of a text counts. */
export const WEIGHTS = SCORES.map((name) => PAGE_WEIGHTS[name]);

const TREE_NUMBERS = 10;

/** What a tree adds to the logit: three questions, each a feature's index and a threshold, and four answers. */
function addedBy(tree: readonly number[], features: readonly number[]): number {
  const isBelow = (at: number) => (features[tree[at] as number] as number) < (tree[at + 1] as number);
  const above = isBelow(0) ? 0 : 1;
  const answer = 6 + 2 * above + (isBelow(2 + 2 * above) ? 0 : 1);
  return tree[answer] as number;
}

/** Turns features into confidence, with boosted trees. */
export class PageScale {
  /** The confidence from which a number is "ok". */
  readonly ok: number;
  readonly #trees: number[][] = [];

  /** Takes the numbers of a card's calibration; without all of them, confidence is the networks' own. */
  constructor(numbers: Numbers) {
    const count = Object.keys(numbers).filter((name) => name.startsWith(PAGE_TREE)).length;
    const values = Array.from({ length: count }, (_, index) => numbers[`${PAGE_TREE}${index}`]);
    const asked = values.filter((_, index) => [0, 2, 4].includes(index % TREE_NUMBERS));
    const isWhole = !(count % TREE_NUMBERS) && !values.includes(undefined) && numbers[PAGE_OK] !== undefined;
    const isKnown = asked.every((index) => FEATURES[index as number] !== undefined);
    this.ok = (isWhole && isKnown && numbers[PAGE_OK]) || UNFITTED.line_ok;
    for (let at = 0; isWhole && isKnown && at < count; at += TREE_NUMBERS)
      this.#trees.push(values.slice(at, at + TREE_NUMBERS) as number[]);
  }

  /** The probability that a text is complete and right; its features, in their order, begin with its own logit. */
  confidence(features: readonly number[]): number {
    const logit = this.#trees.length
      ? this.#trees.reduce((sum, tree) => sum + addedBy(tree, features), 0)
      : (features[0] as number);
    return sigmoid(logit);
  }
}

const inOrder = (features: Features) => FEATURES.map((name) => features[name]);

/** Make a reading of the lines of a photograph. */
export function decidePage(
  seen: Candidates,
  scale: PageScale,
  lineScale: LineScale,
  pattern: Automaton | null,
): Reading {
  const ofLines = new LineScale(lineScale.numbers, WEIGHTS);
  const ignored: Reading["ignored"] = seen.cutOff.map((line) => ({
    kind: "neighbour",
    box: clipped(boxOfLine(line), seen.original),
  }));
  const readings: Reading[] = [];
  for (const [index, line] of seen.page.entries()) {
    const reading = readLine(line, seen, scale, ofLines, pattern);
    if (typeof reading === "string")
      ignored.push({ kind: reading, box: clipped(boxOfLine(line.line), seen.original) });
    else readings.push(onPage(reading, line, index, seen));
  }
  if (!readings.length) return { ...unread(["reading.no_number", {}]), ignored };
  const isUnknown = ignored.some(({ kind }) => kind === "unknown");
  ignored.push(...readings.flatMap((reading) => reading.ignored));
  const text = readings.map((reading) => reading.text).join("\n");
  const confidence = readings.reduce((product, reading) => product * reading.confidence, 1);
  const others = mostProbable(onLines(readings.map(({ alternatives }) => [alternatives])));
  const ranked: Texts = [[text, confidence], ...others.filter(([other]) => other !== text)];
  const doubtful = readings.filter(({ status }) => status !== "ok");
  const [first] = doubtful;
  const advice = (): Sentence => {
    if (seen.isUpsideDown) return ["reading.upside_down", {}];
    if (seen.isOnItsSide) return ["reading.on_its_side", {}];
    if (!first) return isUnknown ? ["reading.unknown_ink", {}] : successOf(ignored);
    if (readings.length === 1) return first.advice;
    if (doubtful.length === readings.length) return ["reading.no_line_sure", { n: readings.length }];
    return ["reading.lines_unsure", { n: doubtful.length, of: readings.length, text: first.text }];
  };
  const all = (statuses: Status[]) =>
    !isUnknown && !seen.isUpsideDown && !seen.isOnItsSide && statuses.every((status) => status === "ok")
      ? "ok"
      : "unsure";
  return {
    text,
    status: all(readings.map(({ status }) => status)),
    confidence,
    digitsStatus: all(readings.map(({ digitsStatus }) => digitsStatus)),
    digitsConfidence: readings.reduce((product, { digitsConfidence }) => product * digitsConfidence, 1),
    digits: readings.flatMap(({ digits }) => digits),
    marks: readings.flatMap(({ marks }) => marks),
    ignored,
    alternatives: sharedOut(ranked, confidence, 1).slice(0, MAX_ALTERNATIVES),
    advice: advice(),
    lines: readings.flatMap(({ lines }) => lines),
  };
}

/** The features of what a line says. */
export function featuresOf(
  { texts, probabilities, characters }: Outcome,
  page: PageLine,
  seen: Candidates,
): Features {
  const { line, picture, ink, classified } = page;
  const [text, probability] = [texts[0] as string, probabilities[0] as number];
  const [wide, narrow] = page.texts.scores[page.texts.texts.indexOf(text)] as [number, number];
  const logs = classified.map((sure) => Math.log(Math.max(sure, MIN_CONFIDENCE)));
  const boxes = characters.map(({ box }) => box);
  const gaps = boxes.slice(1).map((box, before) => box.x - rightOf(boxes[before] as Box));
  const digits = characters.filter(({ character }) => isDigit(character)).length;
  const edge = boxOfLine(line);
  const reach = 0.2 * line.height;
  const isAtEdge =
    edge.x < reach ||
    rightOf(edge) > seen.original.width - reach ||
    edge.y < 0 ||
    bottomOf(edge) > seen.original.height;
  return {
    raw: logit(probability),
    wide,
    narrow,
    worst: Math.min(0, ...logs),
    classified: logs.length ? logs.reduce((sum, log) => sum + log, 0) / logs.length : 0,
    length: Math.log(Math.max(1, digits)),
    core: logit(line.score),
    size: Math.max(0, Math.log2(24 / line.height)),
    relative: Math.abs(Math.log(page.relativeHeight)),
    at_edge: +isAtEdge,
    left_over: leftOver(ink, boxes, picture.height),
    gap: (gaps.length ? Math.max(...gaps) : 0) / picture.height,
    signs: text.split(SIGN).length - 1,
    share: line.height / seen.original.height,
  };
}

/** The fraction of the solid ink in the band of the digits that is in no character. */
function leftOver(ink: Grey, boxes: readonly Box[], height: number): number {
  const [middle, reach] = [ink.height / 2, (LINE_BAND * height) / 2];
  const [top, bottom] = [Math.max(0, rounded(middle - reach)), Math.min(rounded(middle + reach), ink.height)];
  const margin = CHARACTER_MARGIN * height;
  const isTaken = new Uint8Array(ink.width);
  for (const box of boxes)
    isTaken.fill(1, Math.max(0, rounded(box.x - margin)), Math.max(0, rounded(rightOf(box) + margin)));
  let [left, total] = [0, 0];
  for (let y = top; y < bottom; y++)
    for (let x = 0; x < ink.width; x++) {
      if ((ink.pixels[y * ink.width + x] as number) < SOLID) continue;
      total++;
      if (!isTaken[x]) left++;
    }
  return left / Math.max(total, 1);
}

/** Make a reading of a line as if it were a picture of its own; if it has no digit, return what its ink is. */
function readLine(
  line: PageLine,
  seen: Candidates,
  scale: PageScale,
  lineScale: LineScale,
  pattern: Automaton | null,
): Reading | "sign" | "unknown" {
  const alone = aloneOf(line);
  const { countedOnce, written, texts, isSignInside, probabilityOfDigits } = outcomesOf(alone, WEIGHTS);
  const [outcome] = written;
  if (!outcome) {
    const noDigit = countedOnce.reduce((product, line) => product * probabilityOfNoDigit(line), 1);
    return noDigit >= SURELY_NO_DIGIT ? "sign" : "unknown";
  }
  const features = featuresOf(outcome, line, seen);
  const confidence = scale.confidence(inOrder(features));
  const ofDigits = scale.confidence(inOrder({ ...features, raw: logit(probabilityOfDigits) }));
  const digitsConfidence = Math.max(ofDigits, confidence);
  const ignored = ignoredOn(
    alone,
    written,
    outcome.characters.filter(({ character }) => isDigit(character)),
  );
  const isHindered = isSignInside || ignored.some(({ kind }) => kind === "unknown");
  const statusOf = (sure: number): Status => (sure >= scale.ok && !isHindered ? "ok" : "unsure");
  const status = statusOf(confidence);
  const digitsStatus = statusOf(digitsConfidence);
  const { characters } = outcome;
  const probabilities = characters.map(({ character, probability }) =>
    Math.max(probability, isDigit(character) ? digitsConfidence : confidence),
  );
  const [text] = texts[0] as Texts[0];
  const alternatives = sharedOut(texts, confidence, 1);
  const all = (of: Texts) => of.map(([likely]) => likely);
  const advice = (): Sentence => {
    if (status === "ok") return successOf(ignored);
    if (digitsStatus !== "ok") return aboutLine(isSignInside, all(alternatives));
    const digits = withoutMarks(text);
    return aboutMarks(
      text,
      all(texts).filter((other) => withoutMarks(other) === digits),
    );
  };
  const reading: Reading = {
    text,
    status,
    confidence,
    digitsStatus,
    digitsConfidence,
    ...digitsAndMarks(characters, probabilities, alone, scale.ok),
    ignored,
    alternatives,
    advice: advice(),
    lines: [],
  };
  if (!pattern) return doubtWideGap(reading, null);
  const chosen = follow(reading, alone, pattern, lineScale);
  return doubtWideGap(doubtLine(chosen, line, features, scale), pattern);
}

/** Doubt a text that a pattern made sure: it tells which text it is, not that one is written there. */
function doubtLine(chosen: Reading, { texts }: PageLine, features: Features, scale: PageScale): Reading {
  if (chosen.digitsStatus !== "ok") return chosen;
  const [wide, narrow] = texts.scores[texts.texts.indexOf(chosen.text)] ?? [features.wide, features.narrow];
  const raw = logit(chosen.digitsConfidence);
  const sure = scale.confidence(
    inOrder({ ...features, raw, wide: wide as number, narrow: narrow as number }),
  );
  if (sure >= scale.ok) return chosen;
  return {
    ...chosen,
    status: "unsure",
    digitsStatus: "unsure",
    confidence: Math.min(chosen.confidence, sure),
    digitsConfidence: Math.min(chosen.digitsConfidence, sure),
    advice: ["reading.unsure_line", {}],
  };
}

/** Move a line's reading from its own picture to the photograph. */
function onPage(
  reading: Reading,
  { picture, line }: PageLine,
  index: number,
  { original }: Candidates,
): Reading {
  const moved = <T extends { box: Box }>(each: T): T => ({
    ...each,
    box: clipped(inWhole(picture, each.box), original),
  });
  const { text, status, confidence, advice } = reading;
  return {
    ...reading,
    digits: reading.digits.map((digit) => ({ ...moved(digit), line: index })),
    marks: reading.marks.map(moved),
    ignored: reading.ignored.map(moved),
    lines: [{ text, box: clipped(boxOfLine(line), original), status, confidence, advice }],
  };
}

/** A box in whole pixels of a photograph, clipped to it. */
export function clipped(box: Box, photograph: Grey): Box {
  return wholeBox([box.x, rightOf(box)], [box.y, bottomOf(box)], photograph);
}
