/** The number, its confidence, and advice if it is unsure. */
import { useSignalEffect } from "@preact/signals";
import { useRef } from "preact/hooks";
import { announce } from "../../announce";
import { coming } from "../../here/read";
import type { Status } from "../../readings";
import { say } from "../../sentences/say";
import { Button, Icon, type IconName, Notice } from "../../shared/controls";
import { percent } from "../../shared/percent";
import { ViewLink } from "../../shell/view-link";
import { CorrectButton } from "../correct/correct-panel";
import type { Shown } from "../digits";
import { ExportButtons } from "../export";
import { type Glyph, statusOf } from "../glyphs";
import { drawn } from "../inside/looking";
import { namesOf, whyOf } from "../left-out";
import { isNoPicture } from "../state/handed-in";
import { lit, model, pointing, question, reading, toggle, unread } from "../state/state";
import { isUntouched, readAllAgain } from "../state/writing";

export function Result() {
  const shown = reading.value;
  const { asking } = question.value;
  const leftOut = shown ? namesOf(shown.ignored) : "";
  return (
    <section class="result stack" aria-label={say("write.result")} aria-busy={asking.value}>
      <Trouble />
      {shown ? (
        <>
          <NumberRead reading={shown} />
          <Verdict
            status={shown.status}
            sure={
              shown.isCorrected || shown.isGuess ? undefined : say("write.sure", percent(shown.confidence))
            }
            label={labelOf(shown, leftOut)}
            icon={shown.isCorrected && shown.status === "ok" ? "pen" : undefined}
          />
          <p class={shown.status === "ok" ? "small quiet why" : "advice why"}>{whyOf(shown, leftOut)}</p>
          <div class="buttons">
            {drawn.value && (
              <ViewLink view="duel" parameters={{}} class="button primary">
                {say("write.duel")}
              </ViewLink>
            )}
            <ExportButtons />
            {/* the last one, so that Tab goes on to what it opens */}
            <CorrectButton />
          </div>
          <p class="small quiet coming">{asking.value && <Coming />}</p>
        </>
      ) : isUntouched.value ? (
        <p class="quiet">{say("write.empty")}</p>
      ) : (
        asking.value && (
          <p class="quiet">
            <Coming />
          </p>
        )
      )}
    </section>
  );
}

/** What a reading waits for. */
function Coming() {
  const { came, of } = coming.value;
  return (
    <>
      {came < of
        ? say("write.reading.coming", (came / 1e6).toFixed(1), (of / 1e6).toFixed(1))
        : say("write.reading")}
    </>
  );
}

/** What is said in place of the status's name. */
function labelOf({ status, isCorrected }: Shown, leftOut: string): string | undefined {
  if (status !== "ok") return undefined;
  if (isCorrected) return say("write.status.corrected");
  return leftOut ? say("write.status.ok_but_left_out") : undefined;
}

/** In large type, one line per line of writing; doubtful characters are marked, and so are a person's. */
function NumberRead({ reading }: { reading: Shown }) {
  const { text, glyphs, confidence, status, isCorrected } = reading;
  const lines = [...new Set(glyphs.map(({ line }) => line))].sort((a, b) => a - b);
  const longest = Math.max(...text.split("\n").map((line) => line.length));
  const spoken = text.replaceAll("\n", say("write.between_lines")) || say("write.none");
  return (
    <output
      class="number"
      data-text={text}
      data-status={status}
      data-length={longest <= 5 ? "short" : longest <= 9 ? "middle" : "long"}
      aria-label={
        isCorrected ? say("write.number.corrected", spoken) : say("write.number", spoken, percent(confidence))
      }
    >
      {lines.map((line, position) => (
        <span class="line" key={line}>
          {glyphs.map(
            (glyph, index) => glyph.line === line && <OneGlyph key={index} glyph={glyph} index={index} />,
          )}
          <OfLine reading={reading} position={position} />
        </span>
      ))}
    </output>
  );
}

/** How sure one of several numbers is, unless all are as sure as the whole. */
function OfLine({ reading: { lines = [] }, position }: { reading: Shown; position: number }) {
  const line = lines[position];
  if (!line || lines.every(({ confidence }) => confidence === lines[0]?.confidence)) return null;
  return (
    <span class="of-line" title={line.message}>
      <Icon name={line.status} />
      <span class="for-screen-readers">{say(`write.status.${line.status}`)}</span>
      <span class="numbers">{percent(line.confidence)}</span>
    </span>
  );
}

/** A click is a shortcut for the button that corrects. */
function OneGlyph({ glyph, index }: { glyph: Glyph; index: number }) {
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the button below does the same by keyboard
    // biome-ignore lint/a11y/useKeyWithClickEvents: see above
    <span
      data-status={statusOf(glyph)}
      data-mine={glyph.isMine}
      data-lit={lit.value === index}
      onClick={() => toggle(index)}
      {...pointing(index)}
    >
      {glyph.character}
    </span>
  );
}

/** Say what went wrong with the current question, and how to go on. */
function Trouble() {
  const { trouble, busy } = question.value;
  useSpokenBusy();
  if (busy.value !== null) return <Notice text={say("error.busy", busy.value)} />;
  // announced already, also where the same is dropped again
  if (isNoPicture.value) return <Notice text={say("write.no_picture")} />;
  const error = trouble.value;
  const sentence = unread.value ?? error?.sentence;
  if (!sentence) return null;
  const isModelGone = error !== null && /^error\.(service\.)?model/.test(error.key);
  const mayPass =
    error && !isModelGone && (error.status === 0 || error.status === 429 || error.status >= 500);
  return (
    <Notice role="alert" text={sentence} again={mayPass ? readAllAgain : undefined}>
      {isModelGone && model.value !== "" && (
        <Button label={say("write.model.back")} onClick={() => model.set("")} />
      )}
    </Notice>
  );
}

/** Announces once that the service is busy, not at every retry. */
function useSpokenBusy(): void {
  const wasBusy = useRef(false);
  useSignalEffect(() => {
    const seconds = question.value.busy.value;
    if (seconds !== null && !wasBusy.current) announce(say("error.busy", seconds));
    wasBusy.current = seconds !== null;
  });
}

interface Properties {
  status: Status;
  /** How probable it is, in words; without it, it is not said. */
  sure?: string | undefined;
  /** Instead of the name of the status. */
  label?: string | undefined;
  /** Instead of the status's. */
  icon?: IconName | undefined;
}

/** The confidence of a reading or the probability of a digit: an icon, a word and a percentage. */
export function Verdict({ status, sure, label, icon = status }: Properties) {
  return (
    <p class="verdict" data-status={status}>
      <Icon name={icon} />
      <strong>{label ?? say(`write.status.${status}`)}</strong>
      {sure && (status === "ok" || status === "unsure") && <span class="numbers quiet">{sure}</span>}
    </p>
  );
}
