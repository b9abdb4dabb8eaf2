/** One card per digit: what the network saw, the evidence, and the probability of each of the ten answers. */
import type { Digit } from "../readings";
import { say } from "../sentences/say";
import { Pixels } from "../shared/pixels";
import { probabilitiesOf } from "./probabilities";
import { digits, lit, pointing, selected, toggle } from "./state";
import { percent, Verdict, wholePercent } from "./verdict";

export function DigitCards() {
  if (digits.value.length === 0) return null;
  return (
    <section class="digits" aria-labelledby="digits-title">
      <header>
        <h2 id="digits-title">{say("write.digits.title")}</h2>
        <p class="quiet">{say("write.digits.lead")}</p>
      </header>
      <ol class="cards">
        {digits.value.map((digit, place) => (
          <Card key={place} digit={digit} place={place} />
        ))}
      </ol>
    </section>
  );
}

function Card({ digit, place }: { digit: Digit; place: number }) {
  const { image, counted } = digit;
  const isSelected = selected.value === place;
  return (
    <li class="card" data-status={digit.status} data-lit={lit.value === place} {...pointing(place)}>
      <button
        type="button"
        class="card-head"
        aria-pressed={isSelected}
        aria-label={say("write.digit", place + 1, digit.digit, say(`write.status.${digit.status}`))}
        onClick={() => toggle(place)}
      >
        <span class="card-digit">{digit.digit}</span>
      </button>
      <Verdict status={digit.status} sure={say("write.probability", percent(digit.probability))} />
      <div class="seen">
        <Seen
          values={image}
          palette="ink"
          label={say("write.saw.label", place + 1)}
          caption={say("write.saw")}
        />
        {(counted || !image) && (
          <Seen
            values={counted}
            palette="signed"
            under={image}
            label={say("write.counted.label", digit.digit)}
            caption={say("write.counted")}
          />
        )}
      </div>
      <Bars digit={digit} />
    </li>
  );
}

interface SeenProperties {
  /** 28 rows of 28, which arrive a moment after the reading. */
  values: number[][] | undefined;
  palette: "ink" | "signed";
  under?: number[][] | undefined;
  label: string;
  caption: string;
}

function Seen({ values, caption, ...rest }: SeenProperties) {
  return (
    <figure>
      {values ? <Pixels values={values} {...rest} /> : <div class="pixels waiting" />}
      <figcaption>{caption}</figcaption>
    </figure>
  );
}

/** A bar for each digit and one for anything else; the answer's has the accent colour, large values a label. */
function Bars({ digit }: { digit: Digit }) {
  const { digits: shares, other } = probabilitiesOf(digit);
  return (
    <ol class="bars" aria-label={say("write.probabilities")}>
      {[...shares, other].map((share, each) => {
        const isOther = each === shares.length;
        const label = `${isOther ? say("write.something_else") : each}${say("write.colon")}${percent(share)}`;
        return (
          <li key={each} data-answer={each === digit.digit} title={label}>
            <span class="for-screen-readers">{label}</span>
            <span class="share numbers" aria-hidden="true">
              {share >= 0.01 ? wholePercent(share) : ""}
            </span>
            <span class="bar" aria-hidden="true" style={{ height: `${Math.max(share * 100, 1)}%` }} />
            <span class="name numbers" aria-hidden="true">
              {isOther ? "?" : each}
            </span>
          </li>
        );
      })}
    </ol>
  );
}
