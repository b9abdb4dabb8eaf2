/** The raw probability of a page's lines becomes the measured probability that its whole text is right. */

import {
  AT_KNOT,
  EVIDENCE,
  KNOTS,
  LINE_CURVE,
  LINE_OK,
  LINE_OTHERS,
  LINE_WAY,
  LINE_WEIGHT,
  PLAIN_CURVE,
  UNFITTED,
} from "../../generated/reading/decide";
import { PLAIN_WEIGHTS } from "../../generated/reading/recognise";
import { interpolated } from "../../ink/numbers";
import { SCORES, type Weights } from "../recognise/search";
import { logit, type Numbers, sigmoid } from "./candidate-confidence";

/** The evidence about a page that was read line by line; see `shuzi.reading.decide.line_confidence`. */
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
