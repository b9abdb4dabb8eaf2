/** What the softmax network and shuzi's reader say of the same image, side by side. */
import type { ClassifiedImages } from "../../here/protocol";
import { largestAt } from "../../ink/numbers";
import { say } from "../../sentences/say";
import { percent } from "../../shared/percent";
import { Bars } from "../../write/inside/bars";
import "./answer.css";

/** The two networks, for `useAnswers`. */
export const MODELS = ["softmax", "default"] as const;

interface Properties {
  /** In the order of `MODELS`. */
  answers: readonly (ClassifiedImages | null)[] | null;
  /** The correct answer; null if nobody knows it. */
  label: number | null;
}

export function NetworkAnswers({ answers, label }: Properties) {
  return (
    <div class="two-answers" aria-live="polite">
      {MODELS.map((model, place) => (
        <NetworkAnswer key={model} model={model} answer={answers?.[place] ?? null} label={label} />
      ))}
    </div>
  );
}

interface AnswerProperties extends Pick<Properties, "label"> {
  model: (typeof MODELS)[number];
  answer: ClassifiedImages | null;
}

function NetworkAnswer({ model, answer, label }: AnswerProperties) {
  const probabilities = answer?.probabilities ?? null;
  const digit = probabilities && largestAt(probabilities);
  const isDigit = !answer || (answer.isDigit[0] ?? 1) >= answer.leastDigit;
  const isWrong = digit !== null && label !== null && (digit !== label || !isDigit);
  return (
    <section class="one-answer" data-model={model} data-wrong={isWrong} data-digit={isDigit}>
      <h2>{say(`learn.answer.${model}`)}</h2>
      <p class="numbers">
        {digit === null && "–"}
        {digit !== null && isDigit && (
          <>
            <strong>{digit}</strong> {percent(probabilities?.[digit] ?? 0)}
          </>
        )}
        {digit !== null && !isDigit && <b>{say("learn.answer.no-digit")}</b>}
        {digit !== null && label !== null && (
          <span class="small"> {say(isWrong ? "learn.answer.wrong" : "learn.answer.right")}</span>
        )}
      </p>
      <Bars values={isDigit ? probabilities : null} full={1} />
    </section>
  );
}
