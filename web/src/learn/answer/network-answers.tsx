/** The softmax network and shuzi's reader answer for the same image, side by side. */
import type { ClassifiedImages } from "../../here/protocol";
import { largestAt } from "../../ink/numbers";
import { say } from "../../sentences/say";
import { percent } from "../../shared/percent";
import { Bars } from "../../write/inside/bars";
import type { Answered } from "./use-answers";
import "./answer.css";

/** The two networks, for `useAnswers`. */
export const MODELS = ["softmax", "default"] as const;

export function NetworkAnswers({ answered }: { answered: Answered | null }) {
  return (
    <div class="two-answers" aria-live="polite">
      {MODELS.map((model, index) => (
        <NetworkAnswer
          key={model}
          model={model}
          answer={answered?.answers[index] ?? null}
          label={answered?.label ?? null}
        />
      ))}
    </div>
  );
}

interface AnswerProperties extends Pick<Answered, "label"> {
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
