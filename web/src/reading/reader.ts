/** A picture becomes a reading: simple ink is split into connected components, other ink goes to the detector. */
import type { Grey } from "../ink/picture";
import { Scale } from "./decide/candidate-confidence";
import { correct } from "./decide/corrections";
import { decide } from "./decide/decision";
import { LineScale } from "./decide/line-confidence";
import type { Candidates } from "./find/candidates";
import { locateDigits, type Models } from "./find/locate";
import type { Automaton } from "./patterns/automaton";
import type { Classifier, Detector, Recogniser } from "./recognise/models";
import type { Reading } from "./report/result";

/** Loads a model that the reading turned out to need. */
export interface Helpers {
  detector(): Promise<Detector>;
  recogniser(): Promise<Recogniser>;
}

export class Reader {
  readonly #models: Models;
  readonly #scale: Scale;
  readonly #lineScale: LineScale;

  constructor(
    readonly classifier: Classifier,
    { detector, recogniser }: Helpers,
  ) {
    // a model that cannot tell a letter from a digit reads digits only
    this.#models = { classifier, detector, recogniser: classifier.rejects ? recogniser : null };
    const { thresholds, calibration } = classifier.card;
    // the page has the detector and the recogniser that each shipped model was calibrated with
    const numbers = calibration?.numbers ?? {};
    this.#scale = new Scale({ ...thresholds, ...numbers });
    this.#lineScale = new LineScale(numbers);
  }

  /** @param pattern that what is written fits; null for any number */
  async read(grey: Grey, pattern: Automaton | null = null): Promise<Reading> {
    return this.interpret(await this.findCandidates(grey), pattern);
  }

  /** Everything found on the way to a reading, to show or measure it. */
  async findCandidates(grey: Grey): Promise<Candidates> {
    const { classifier } = this;
    if (!classifier.knowsAny) return locateDigits(grey, this.#models);
    // in a number, corrected digits speak about its texts, not about the candidates too
    const alone = { classify: (images: readonly Grey[]) => classifier.classifyAlone(images) };
    let seen = await locateDigits(grey, { ...this.#models, classifier: alone });
    if (!seen.lines.length && !seen.tooMuch) seen = await locateDigits(grey, this.#models);
    return correct(seen, classifier, this.#lineScale.weights);
  }

  interpret(seen: Candidates, pattern: Automaton | null = null): Reading {
    return decide(seen, this.#scale, this.#lineScale, pattern);
  }
}
