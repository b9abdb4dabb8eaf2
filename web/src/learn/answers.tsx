/** The softmax network and shuzi's reader answer for the same image, side by side. */

import { askHere } from "../here/read";
import type { ClassifiedImages } from "../here/worker";
import { largestAt } from "../ink/numbers";
import { say } from "../sentences/say";
import { usePromised } from "../shared/hooks";
import { percent } from "../shared/percent";
import { Bars } from "../write/inside/bars";
import "./parts.css";

/** The two networks, for `useAnswers`. */
export const MODELS = ["softmax", "default"] as const;

export function NetworkAnswers({ answered }: { answered: Answered | null }) {
  return (
    <div class="two-answers" aria-live="polite">
      {MODELS.map((model) => (
        <NetworkAnswer
          key={model}
          model={model}
          answer={answered?.answers.get(model) ?? null}
          label={answered?.label ?? null}
        />
      ))}
    </div>
  );
}

/** A model's answer for an image. */
export interface Outcome {
  /** Ten, given that it is a digit. */
  readonly probabilities: Float32Array;
  /** The digit; null if the model rejects the image. */
  readonly answer: number | null;
  /** The probability of that answer. */
  readonly confidence: number;
}

export function outcomeOf({ probabilities, isDigit, leastDigit }: ClassifiedImages): Outcome {
  const digit = largestAt(probabilities);
  const [digitness = 1] = isDigit;
  const isOne = digitness >= leastDigit;
  return {
    probabilities,
    answer: isOne ? digit : null,
    confidence: isOne ? digitness * (probabilities[digit] ?? 0) : 1 - digitness,
  };
}

interface AnswerProperties extends Pick<Answered, "label"> {
  model: (typeof MODELS)[number];
  answer: ClassifiedImages | null;
}

function NetworkAnswer({ model, answer, label }: AnswerProperties) {
  const outcome = answer && outcomeOf(answer);
  const isDigit = outcome?.answer !== null;
  const isWrong = outcome !== null && label !== null && outcome.answer !== label;
  return (
    <section class="one-answer" data-model={model} data-wrong={isWrong} data-digit={isDigit}>
      <h2>{say(`learn.answer.${model}`)}</h2>
      <p class="numbers">
        {outcome === null && "–"}
        {typeof outcome?.answer === "number" && (
          <>
            <strong>{outcome.answer}</strong> {percent(outcome.probabilities[outcome.answer] ?? 0)}
          </>
        )}
        {!isDigit && <b>{say("learn.answer.no-digit")}</b>}
        {outcome !== null && label !== null && (
          <span class="small"> {say(isWrong ? "learn.answer.wrong" : "learn.answer.right")}</span>
        )}
      </p>
      <Bars values={isDigit ? (outcome?.probabilities ?? null) : null} full={1} />
    </section>
  );
}

/** The answers for an image, together with its label. */
interface Answered {
  /** By the names of the models; without those that are unavailable. */
  readonly answers: ReadonlyMap<string, ClassifiedImages>;
  /** The correct answer; null if unknown. */
  readonly label: number | null;
}

/** Ask one model after the other, so that none waits for another; null while the first answers are on their way. */
export function useAnswers(
  image: Uint8Array | null,
  label: number | null,
  models: readonly string[],
): Answered | null {
  const ask = async (pixels: Uint8Array): Promise<Answered> => {
    const answers = new Map<string, ClassifiedImages>();
    for (const model of models) {
      const answer = await askHere("classify", pixels, model).catch(() => null);
      if (answer) answers.set(model, answer);
    }
    return { answers, label };
  };
  // the previous answers stay until the new ones arrive, so that nothing flickers
  return usePromised(
    () => image && ask(image),
    image ? `${label} ${models.join()} ${image.join()}` : "",
    true,
  );
}
