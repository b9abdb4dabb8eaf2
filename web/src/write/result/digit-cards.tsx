/** One card per digit: what the network saw, the evidence, and the probability of each of the ten answers. */
import type { Digit } from "../../readings";
import { say } from "../../sentences/say";
import { Section } from "../../shared/controls";
import { percent, wholePercent } from "../../shared/percent";
import { Pixels } from "../../shared/pixels";
import { digitOf, type Glyph, isDigit, statusOf } from "../glyphs";
import { probabilitiesOf } from "../patches";
import { glyphs, lit, pointing, reading, selected, toggle } from "../state/state";
import { Verdict } from "./result";

export function DigitCards() {
  const digits = glyphs.value.flatMap((glyph, index) => (isDigit(glyph.character) ? [{ glyph, index }] : []));
  if (digits.length === 0) return null;
  return (
    <Section name="digits" title={say("write.digits.title")} lead={say("write.digits.lead")}>
      <ol class="cards">
        {digits.map(({ glyph, index }, position) => (
          <Card key={index} glyph={glyph} index={index} position={position + 1} />
        ))}
      </ol>
    </Section>
  );
}

interface CardProperties {
  glyph: Glyph;
  /** Among all characters, from 0. */
  index: number;
  /** Among the digits, from 1. */
  position: number;
}

function Card({ glyph, index, position }: CardProperties) {
  const { character, isMine } = glyph;
  const read = digitOf(glyph);
  const status = statusOf(glyph);
  const name = isMine ? say("write.mine") : say(`write.status.${status}`);
  return (
    <li
      class="card"
      data-status={status}
      data-mine={isMine}
      data-lit={lit.value === index}
      {...pointing(index)}
    >
      <button
        type="button"
        class="card-head"
        aria-pressed={selected.value === index}
        aria-label={say("write.digit", position, character, name)}
        onClick={() => toggle(index)}
      >
        <span class="card-digit">{character}</span>
      </button>
      {isMine ? (
        <Verdict status="ok" label={name} icon="pen" />
      ) : (
        <Verdict
          status={status}
          sure={read ? say("write.probability", percent(read.probability)) : undefined}
        />
      )}
      {read && <WhatNetworkSaw digit={read} position={position} isRight={String(read.digit) === character} />}
    </li>
  );
}

interface SawProperties {
  digit: Digit;
  position: number;
  /** Whether the user confirmed it. */
  isRight: boolean;
}

function WhatNetworkSaw({ digit, position, isRight }: SawProperties) {
  const { image, counted } = digit;
  return (
    <>
      {!isRight && (
        <p class="card-read small quiet">
          {say("write.network_read", digit.digit, percent(digit.probability))}
        </p>
      )}
      <div class="seen">
        <Seen
          values={image}
          palette="ink"
          label={say("write.saw.label", position)}
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
    </>
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
  const { digits: probabilities, noDigit } = probabilitiesOf(digit, reading.value?.noDigit);
  return (
    <ol class="bars" aria-label={say("write.probabilities")}>
      {[...probabilities, noDigit].map((probability, bar) => {
        const isOther = bar === probabilities.length;
        const label = `${isOther ? say("write.something_else") : bar}${say("write.colon")}${percent(probability)}`;
        return (
          <li key={bar} data-answer={bar === digit.digit} title={label}>
            <span class="for-screen-readers">{label}</span>
            <span class="share numbers" aria-hidden="true">
              {probability >= 0.01 ? wholePercent(probability) : ""}
            </span>
            <span class="bar" aria-hidden="true" style={{ height: `${Math.max(probability * 100, 1)}%` }} />
            <span class="name numbers" aria-hidden="true">
              {isOther ? "?" : bar}
            </span>
          </li>
        );
      })}
    </ol>
  );
}
