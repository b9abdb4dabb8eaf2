/** The candidates' scores become the measured probability that a text is correct; see `shuzi.reading.confidence`. */
import {
  AT_KNOT,
  CLIPPED_PROBABILITY,
  CURVES,
  DETECTED_WAY,
  EVIDENCE,
  KNOTS,
  LINE_CURVE,
  LINE_OK,
  LINE_OTHERS,
  LINE_WAY,
  LINE_WEIGHT,
  PLAIN_CURVE,
  PLAIN_WEIGHTS,
  REALLY_BLANK,
  SIMPLE_WAY,
  STEEPEST_LOGIT,
  TEXT_OK,
  UNFITTED,
} from "../../generated/reading";
import { DIGIT_FROM, UNSURE_BELOW } from "../../generated/tasks";
import { interpolated } from "../../ink/numbers";
import { type Candidate, type Candidates, isAtEdge } from "../find/candidates";
import { SCORES, type Weights } from "../recognise/ctc";

/** The numbers of a card. */
export type Numbers = Readonly<Record<string, number>>;

/** Calibrated confidence for pictures read in one way; null uses the networks' own. */
class Way {
  readonly #curves: Record<(typeof CURVES)[number], number> | null = null;
  readonly #measured: number[] = [];

  constructor(numbers: Numbers, way: string) {
    const measured = KNOTS.map((_, index) => numbers[`${way}${AT_KNOT}${index}`]);
    const curves = CURVES.map((name) => [name, numbers[`${way}-${name}`]] as const);
    if ([...measured, ...curves.map(([, value]) => value)].some((value) => value === undefined)) return;
    this.#curves = Object.fromEntries(curves) as Record<(typeof CURVES)[number], number>;
    this.#measured = measured as number[];
  }

  get isKnown(): boolean {
    return this.#curves !== null;
  }

  /** The probability that a digit is correct. */
  ofDigit(candidate: Candidate): number {
    const curves = this.#curves;
    if (!curves) return candidate.score;
    const detected = candidate.detectorScore === 1 ? 0 : logit(candidate.detectorScore);
    return sigmoid(
      curves.named * logit(Math.max(...candidate.probabilities)) +
        curves.is_digit * logit(candidate.isDigit) +
        curves.found * detected +
        curves.shift,
    );
  }

  /** The probability that all digits are correct and nothing else is wrong. */
  ofText(seen: Candidates): number {
    const curves = this.#curves;
    if (!curves) return seen.candidates.reduce((product, { score }) => product * score, 1);
    const atEdge = +seen.candidates.some(({ box }) => isAtEdge(seen, box));
    const whole =
      curves.whole -
      curves.uncovered * seen.uncovered -
      curves.missed * seen.missed -
      curves.at_edge * atEdge;
    const raw = seen.candidates.reduce(
      (product, candidate) => product * this.ofDigit(candidate),
      sigmoid(whole),
    );
    return interpolated(logit(raw), KNOTS, this.#measured);
  }
}

/** Turns raw confidence into calibrated confidence, with the thresholds it must reach. */
export class Scale {
  readonly simple: Way;
  readonly found: Way;
  /** The confidence from which a text is "ok", and the probability from which something is a digit at all. */
  readonly ok: number;
  readonly digit: number;
  /** The probability that a picture in which nothing was found really holds no digit. */
  readonly blank: number;

  constructor(numbers: Numbers) {
    this.simple = new Way(numbers, SIMPLE_WAY);
    this.found = new Way(numbers, DETECTED_WAY);
    this.ok = numbers[TEXT_OK] ?? numbers[UNSURE_BELOW] ?? UNFITTED.text_ok;
    this.digit = numbers[DIGIT_FROM] ?? UNFITTED.digit;
    this.blank = numbers[REALLY_BLANK] ?? UNFITTED.blank;
  }

  way(isSimple: boolean): Way {
    return isSimple ? this.simple : this.found;
  }
}

/** The logit of a probability, clipped away from 0 and 1. */
export function logit(sure: number): number {
  const kept = Math.min(Math.max(sure, CLIPPED_PROBABILITY), 1 - CLIPPED_PROBABILITY);
  return Math.log(kept / (1 - kept));
}

export function sigmoid(score: number): number {
  return 1 / (1 + Math.exp(-Math.min(Math.max(score, -STEEPEST_LOGIT), STEEPEST_LOGIT)));
}

/** The evidence about a page that was read line by line; see `shuzi.reading.confidence`. */
export type Evidence = Record<(typeof EVIDENCE)[number], number>;

export class LineScale {
  /** How much each score of a text counts. */
  readonly weights: Weights;
  /** The confidence from which a text is "ok". */
  readonly ok: number;
  /** The probability that one of the other likely texts is right if the best one is not. */
  readonly others: number;
  readonly #curve: Evidence;
  readonly #constant: number;
  readonly #measured: number[];

  /**
   * @param numbers of a card's calibration; what is missing is as if nothing was calibrated
   * @param weights in place of its own
   */
  constructor(
    readonly numbers: Numbers,
    weights?: Weights,
  ) {
    this.weights = weights ?? SCORES.map((name) => numbers[LINE_WEIGHT + name] ?? PLAIN_WEIGHTS[name]);
    this.#curve = Object.fromEntries(
      EVIDENCE.map((name) => [name, numbers[LINE_CURVE + name] ?? PLAIN_CURVE[name]]),
    ) as Evidence;
    this.#constant = numbers[`${LINE_CURVE}constant`] ?? PLAIN_CURVE.constant;
    const measured = KNOTS.map((_, index) => numbers[`${LINE_WAY}${AT_KNOT}${index}`]);
    this.#measured = measured.some((value) => value === undefined) ? [] : (measured as number[]);
    this.ok = numbers[LINE_OK] ?? UNFITTED.line_ok;
    this.others = numbers[LINE_OTHERS] ?? UNFITTED.line_others;
  }

  /** The probability that a text is right. */
  confidence(evidence: Evidence): number {
    const curved = sigmoid(
      EVIDENCE.reduce((sum, name) => sum + this.#curve[name] * evidence[name], this.#constant),
    );
    return this.#measured.length ? interpolated(logit(curved), KNOTS, this.#measured) : curved;
  }
}
