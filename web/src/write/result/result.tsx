/** The number, its confidence, and advice if it is unsure. */

import { say } from "../../sentences/say";
import { Icon } from "../../shared/icons";
import { percent } from "../../shared/percent";
import { ChangedNotice } from "../correct/changed-notice";
import { CorrectButton } from "../correct/correct-panel";
import { type Glyph, statusOf } from "../digits/glyphs";
import { namesOf, whyOf } from "../digits/left-out";
import type { Shown } from "../digits/shown";
import { ExportButtons } from "../export/export-buttons";
import { lit, pictures, pointing, question, reading, sheet, toggle } from "../state/state";
import { pending } from "../state/writing";
import { MoreHere } from "./more-here";
import { Trouble } from "./trouble";
import { Verdict } from "./verdict";

export function Result() {
  const shown = reading.value;
  const { asking } = question.value;
  const leftOut = shown ? namesOf(shown.ignored) : "";
  const nothing = sheet.isEmpty.value && pending.value.length === 0 && !pictures.chosen.value;
  return (
    <section class="result stack" aria-label={say("write.result")} aria-busy={asking.value}>
      <Trouble />
      {shown ? (
        <>
          <NumberRead reading={shown} />
          <Verdict
            status={shown.status}
            sure={shown.isCorrected ? undefined : say("write.sure", percent(shown.confidence))}
            label={labelOf(shown, leftOut)}
            icon={shown.isCorrected && shown.status === "ok" ? "pen" : undefined}
          />
          <p class={shown.status === "ok" ? "small quiet why" : "advice why"}>{whyOf(shown, leftOut)}</p>
          <ChangedNotice />
          <div class="buttons">
            <ExportButtons />
            {/* the last one, so that Tab goes on to what it opens */}
            <CorrectButton />
          </div>
          <p class="small quiet coming">{asking.value && say("write.reading")}</p>
        </>
      ) : nothing ? (
        <>
          <p class="quiet">{say("write.empty")}</p>
          <MoreHere />
        </>
      ) : (
        asking.value && <p class="quiet">{say("write.reading")}</p>
      )}
    </section>
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
