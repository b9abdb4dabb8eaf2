/** The digits of a stack of sheets, looked at once, are compared with those of them that a person corrected. */

import { ALONE } from "../generated/reading/recognise";
import type { Grey } from "../ink/picture";
import { type Correction, type Example, type Look, rather } from "../reading/recognise/hand";
import { UNSEEN } from "./protocol";

export class Stack {
  readonly #looks: readonly Look[];

  /** @param looksOf looks at images, 28x28, ink 255 */
  constructor(images: readonly Grey[], looksOf: (images: readonly Grey[]) => Look[]) {
    this.#looks = looksOf(images);
  }

  /**
   * Return better labels for digits; null where nothing contradicts the answer.
   *
   * @param answers of each digit; `UNSEEN` for those not asked about
   * @param labels the correction of each digit; `UNSEEN` without one
   * @param writers who wrote each digit: only the same writer's corrections count
   */
  compare(answers: Uint8Array, labels: Uint8Array, writers: Uint32Array): (Correction | null)[] {
    const byWriter = new Map<number, Example[]>();
    this.#looks.forEach((look, index) => {
      const [label, writer] = [labels[index] as number, writers[index] as number];
      if (label !== UNSEEN) byWriter.set(writer, [...(byWriter.get(writer) ?? []), { ...look, label }]);
    });
    return this.#looks.map((look, index) => {
      const [answer, examples] = [answers[index] as number, byWriter.get(writers[index] as number)];
      return answer === UNSEEN || !examples ? null : rather(look, answer, examples, ALONE);
    });
  }
}
