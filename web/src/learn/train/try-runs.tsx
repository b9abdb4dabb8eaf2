/** The answers of the networks trained here for one digit, side by side. */
import { kept } from "../../hand/kept";
import { say } from "../../sentences/say";
import { Pixels } from "../../shared/pixels";
import { usePromised } from "../../shared/promised";
import { useOwnRight } from "../answer/own-right";
import { shownDigit } from "../digit/digit";
import { DigitChoice } from "../digit/digit-choice";
import { percent } from "../format";
import { readHere } from "./here/client";
import { RunLetter } from "./run-letter";
import { nameOf } from "./runs/naming";
import type { Run } from "./runs/run";

export function TryRuns({ runs }: { runs: readonly Run[] }) {
  const image = shownDigit.value?.image ?? null;
  const answers = useAnswers(runs, image);
  const ownRight = useOwnRight(runs);
  return (
    <section class="train-try stack" aria-labelledby="train-try">
      <h2 id="train-try">{say("learn.train.compare")}</h2>
      <DigitChoice />
      <div class="train-try-answers">
        {image && <Pixels values={image} palette="ink" label={say("learn.digit.looked-at")} />}
        <ul>
          {runs.map((run, index) => (
            <Answer
              key={run.id}
              run={run}
              probabilities={answers[index] ?? null}
              right={ownRight.get(run.id)}
            />
          ))}
        </ul>
      </div>
    </section>
  );
}

interface AnswerProperties {
  run: Run;
  probabilities: Float32Array | null;
  /** Of the digits that the person keeps. */
  right: number | undefined;
}

function Answer({ run, probabilities, right }: AnswerProperties) {
  const order = Array.from({ length: 10 }, (_, digit) => digit);
  const probabilityOf = (digit: number) => probabilities?.[digit] ?? 0;
  const [first = 0, second = 0] = order.sort((a, b) => probabilityOf(b) - probabilityOf(a));
  return (
    <li>
      <span>
        <RunLetter run={run} /> {nameOf(run)}
      </span>
      {probabilities && (
        <span class="numbers">
          {say("learn.train.says", first, percent(probabilityOf(first)))}{" "}
          <span class="quiet">{say("learn.train.or", second, percent(probabilityOf(second)))}</span>
        </span>
      )}
      {right !== undefined && (
        <span class="small numbers">{say("learn.train.own_right", right, kept.value.length)}</span>
      )}
    </li>
  );
}

/** Updated when a network has been trained further. */
function useAnswers(runs: readonly Run[], image: Uint8Array | null): readonly (Float32Array | null)[] {
  const state = runs.map(({ id, step, state }) => `${id} ${state} ${step}`).join();
  const ids = runs.map(({ id }) => id);
  return usePromised(() => image && readHere(ids, image), `${state} ${image?.join()}`, true) ?? [];
}
