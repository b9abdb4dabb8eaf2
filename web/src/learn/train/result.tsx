/** How a run ended: its accuracy, its mistakes, and a link to try the network on the user's own writing. */
import { say } from "../../sentences/say";
import { ViewLink } from "../../shell/view-link";
import { percent, whole } from "../format";
import { MistakeImage } from "../mistakes/mistake-image";
import { letterOf, nameOf } from "./runs/naming";
import { ownName } from "./runs/own-names";
import { examOf, type Result as Outcome, type Run } from "./runs/run";

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
