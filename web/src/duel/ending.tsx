/** The network is fooled: show the ink used, the other networks' answers, a link to share, and the reason. */
import { useSignal } from "@preact/signals";
import { addressOf } from "../address";
import { largestAt } from "../ink/numbers";
import { useAnswers } from "../learn/answers";
import { inkWritten } from "../learn/digit/ink";
import { fixed } from "../learn/format";
import { say } from "../sentences/say";
import { Button } from "../shared/button";
import { copyText } from "../shared/files/take";
import { percent } from "../shared/percent";
import { ViewLink } from "../shell/view-link";
import { WITNESSES } from "./opponents";

interface Properties {
  start: Uint8Array;
  now: Uint8Array;
  target: number;
  ink: number;
  opponent: string;
}

export function Ending({ start, now, target, ink, opponent }: Properties) {
  const copied = useSignal<boolean | null>(null);
  const names = WITNESSES.filter((name) => name !== opponent);
  const answered = useAnswers(now, target, names);
  const link = () => {
    const shared = {
      look: "mine",
      ink: inkWritten(start),
      as: String(target),
      beat: String(Math.ceil(10 * ink)),
    };
    const network = opponent === "softmax" ? { against: opponent } : {};
    return new URL(addressOf("duel", { ...shared, ...network }), location.href).href;
  };
  return (
    <div class="duel-ending" data-testid="duel-ending">
      <p>
        <strong>{say("duel.fooled", fixed(ink, 1), target)}</strong>
      </p>
      <ul class="small">
        {names.map((name, index) => {
          const answer = answered?.answers[index];
          const digit = answer ? largestAt(answer.probabilities) : null;
          const isDigit = !answer || (answer.isDigit[0] ?? 1) >= answer.leastDigit;
          return (
            <li key={name}>
              {digit === null
                ? say("duel.other.waiting", name)
                : isDigit
                  ? say("duel.other", name, digit, percent(answer?.probabilities[digit] ?? 0))
                  : say("duel.other.none", name)}
            </li>
          );
        })}
      </ul>
      <Button
        look="primary"
        onClick={() =>
          void copyText(link()).then((done) => {
            copied.value = done;
          })
        }
      >
        {say("duel.share")}
      </Button>
      <p class="small quiet" role="status">
        {copied.value !== null && (copied.value ? say("duel.copied") : link())}
      </p>
      <h2>{say("duel.why")}</h2>
      <p>{say("duel.because")}</p>
      <p>
        <ViewLink view="learn" parameters={{ step: "backprop" }}>
          {say("film.step", say("learn.backprop"))}
        </ViewLink>
        {" · "}
        <ViewLink view="learn" parameters={{ step: "not-sure" }}>
          {say("film.step", say("learn.not-sure"))}
        </ViewLink>
      </p>
    </div>
  );
}
