/** A misread image: its label, the answer, and the probability of the answer. */
import type { ComponentChildren } from "preact";
import { say } from "../../sentences/say";
import { percent } from "../../shared/percent";
import { Pixels } from "../../shared/pixels";
import { whole } from "../format";
import type { Mistake } from "../train/runs/run";

interface Properties extends Mistake {
  class?: string;
  /** Anything below. */
  children?: ComponentChildren;
}

export function MistakeImage({ index, label, digit, probability, image, children, ...rest }: Properties) {
  const sentence = say("learn.train.mistake", label, digit, percent(probability), whole(index));
  return (
    <li title={sentence} {...rest}>
      <Pixels values={image} palette="ink" label={sentence} />
      <span class="numbers" aria-hidden="true">
        {label} → <b>{digit}</b>
      </span>
      <span class="small quiet numbers" aria-hidden="true">
        {percent(probability)}
      </span>
      {children}
    </li>
  );
}
