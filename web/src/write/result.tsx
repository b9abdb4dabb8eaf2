/** The number, its confidence, and advice if it is unsure. */

import type { Digit, Reading } from "../readings";
import { say } from "../sentences/say";
import { namesOf, whyOf } from "./left-out";
import { lit, pictures, pointing, question, reading, sheet } from "./state";
import { Trouble } from "./trouble";
import { percent, Verdict } from "./verdict";
import { pending } from "./writing";

export function Result() {
  const found = reading.value;
  const { answer, asking } = question.value;
  const leftOut = found ? namesOf(found.ignored) : "";
  const nothing = sheet.isEmpty.value && pending.value.length === 0 && !pictures.chosen.value;
  return (
    <section class="result" aria-label={say("write.result")} aria-busy={asking.value}>
      <Trouble />
      {found ? (
        <>
          <NumberRead reading={found} />
          <Verdict
            status={found.status}
            sure={say("write.sure", percent(found.confidence))}
            label={found.status === "ok" && leftOut ? say("write.status.ok_but_left_out") : undefined}
          />
          <p class={found.status === "ok" ? "small quiet why" : "advice why"}>{whyOf(found, leftOut)}</p>
          {answer.value && !pictures.chosen.value && (
            <p class="small quiet numbers time">{say("write.time", Math.ceil(answer.value.milliseconds))}</p>
          )}
        </>
      ) : nothing ? (
        <p class="quiet">{say("write.empty")}</p>
      ) : (
        asking.value && <p class="quiet">{say("write.reading")}</p>
      )}
    </section>
  );
}

/** In large type, one line per line of writing; unsure digits are marked. */
function NumberRead({ reading: { text, digits, confidence, status } }: { reading: Reading }) {
  const lines = text.split("\n");
  const longest = Math.max(...lines.map((each) => each.length));
  let place = 0;
  return (
    <output
      class="number"
      data-text={text}
      data-status={status}
      data-length={longest <= 5 ? "short" : longest <= 9 ? "middle" : "long"}
      aria-label={say(
        "write.number",
        text.replaceAll("\n", say("write.between_lines")) || say("write.none"),
        percent(confidence),
      )}
    >
      {lines.map((each, row) => (
        <span class="line" key={row}>
          {[...each].map((character, column) => {
            if (character < "0" || character > "9") return <span key={`mark ${column}`}>{character}</span>;
            const at = place++;
            const digit = digits[at];
            return digit && <OneDigit key={at} digit={digit} place={at} />;
          })}
        </span>
      ))}
    </output>
  );
}

function OneDigit({ digit, place }: { digit: Digit; place: number }) {
  return (
    <span data-status={digit.status} data-lit={lit.value === place} {...pointing(place)}>
      {digit.digit}
    </span>
  );
}
