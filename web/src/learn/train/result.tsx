/** How a run ended: its accuracy, its mistakes, and a link to try the network on the user's own writing. */

import type { ComponentChildren } from "preact";
import { say } from "../../sentences/say";
import { percent as inWholePercent } from "../../shared/percent";
import { Pixels } from "../../shared/pixels";
import { ViewLink } from "../../shell/view-link";
import { percent, whole } from "../format";
import { letterOf, nameOf } from "./kept-networks";
import { examOf, type Mistake, type Result as Outcome, ownName, type Run } from "./run";

export function Result({ run, result }: { run: Run; result: Outcome }) {
  return (
    <section class="train-result stack" aria-labelledby="train-result">
      <h2 id="train-result">
        {say("learn.train.result", `${letterOf(run)} · ${nameOf(run)}`, percent(result.accuracy))}
      </h2>
      <p>{say(`learn.train.result.${examOf(result)}`, whole(result.n), whole(result.wrong))}</p>
      <p class="buttons">
        <ViewLink
          view="write"
          parameters={{ model: run.where === "page" ? ownName(run.id) : run.id }}
          class="button primary"
        >
          {say("learn.train.write")}
        </ViewLink>
      </p>
      {result.mistakes.length > 0 && (
        <>
          <h3>{say("learn.train.mistakes")}</h3>
          <ul class="mistakes">
            {result.mistakes.map((mistake) => (
              <MistakeImage key={mistake.index} {...mistake} />
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

interface Properties extends Mistake {
  class?: string;
  /** Anything below. */
  children?: ComponentChildren;
}

/** A misread image: its label, the answer, and the probability of the answer. */
export function MistakeImage({ index, label, digit, probability, image, children, ...rest }: Properties) {
  const sentence = say("learn.train.mistake", label, digit, inWholePercent(probability), whole(index));
  return (
    <li title={sentence} {...rest}>
      <Pixels values={image} palette="ink" label={sentence} />
      <span class="numbers" aria-hidden="true">
        {label} → <b>{digit}</b>
      </span>
      <span class="small quiet numbers" aria-hidden="true">
        {inWholePercent(probability)}
      </span>
      {children}
    </li>
  );
}
