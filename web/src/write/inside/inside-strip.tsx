/**
 * The network, drawn with the digit that is on the sheet: 28x28 pixels, templates or kernels and feature maps, ten
 * scores, probabilities. Each stage leads to the step of Learn that explains it, with the same digit.
 */
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { MODELS } from "../../here/read";
import { softmax } from "../../learn/concepts";
import { inkWritten } from "../../learn/digit/ink";
import { fixed } from "../../learn/format";
import { readScores, textOf } from "../../learn/softmax/scores";
import { type PlainKey, say } from "../../sentences/say";
import { Pixels } from "../../shared/pixels";
import { ViewLink } from "../../shell/view-link";
import { digitOf } from "../correct/glyphs";
import { glyphs, readBy, selected } from "../state";
import { Bars } from "./bars";
import { followPen } from "./growing";
import { differs, drawn, image, keepLooking, looked } from "./looking";
import { Maps, Templates } from "./tiles";
import "./inside.css";

const BLANK = new Uint8Array(784);
const MOST_CHOICES = 20; // of more digits, one is chosen on the sheet or below
const [LEAST, MOST] = [-10, 10]; // the scores that the step about softmax takes

export function InsideStrip() {
  useEffect(keepLooking, []);
  useEffect(followPen, []);
  const pixels = image.value;
  const found = pixels ? looked.value : null;
  const mine = pixels ? { look: "mine", ink: inkWritten(pixels) } : {};
  const scores = found ? Array.from(found.inside.scores) : null;
  const isTemplate = readBy.value === "softmax";
  const isElsewhere = readBy.value !== "" && !MODELS.includes(readBy.value);
  return (
    <section class="inside" aria-labelledby="inside-title">
      <header>
        <h2 id="inside-title">{say("write.inside")}</h2>
        <Choice />
        <ViewLink view="learn" parameters={{ step: "train" }} class="inside-train">
          {say("write.inside.train")}
        </ViewLink>
      </header>
      <div class="inside-flow">
        <Stage name="write.inside.image" step="handwriting" parameters={mine}>
          <Pixels values={pixels ?? BLANK} palette="ink" class="inside-image" />
        </Stage>
        {isElsewhere ? (
          <p class="small quiet">{say("write.inside.elsewhere", readBy.value)}</p>
        ) : isTemplate ? (
          <Stage name="write.inside.templates" step="template" parameters={mine}>
            <Templates image={pixels} />
          </Stage>
        ) : (
          <Stage name="write.inside.maps" step="convolution" parameters={mine}>
            <Maps inside={found?.inside ?? null} />
          </Stage>
        )}
        {!isElsewhere && (
          <>
            <Stage
              name="write.inside.scores"
              step="softmax"
              parameters={scores ? { scores: written(scores) } : {}}
              spoken={scores ? highest(scores) : ""}
            >
              <Bars values={scores} decimals={2} />
            </Stage>
            <Stage name="write.inside.probabilities" step="not-sure">
              <Bars values={scores && softmax(scores)} full={1} />
            </Stage>
          </>
        )}
      </div>
      {differs.value && (
        <p class="small quiet">
          {say(differs.value.hasKept ? "write.inside.kept" : "write.inside.line", differs.value.answer)}
        </p>
      )}
    </section>
  );
}

interface StageProperties {
  name: PlainKey;
  step: string;
  parameters?: Record<string, string>;
  /** What screen readers say after the name. */
  spoken?: string;
  children: ComponentChildren;
}

function Stage({ name, step, parameters, spoken, children }: StageProperties) {
  return (
    <ViewLink view="learn" parameters={{ step, ...parameters }} class={`inside-stage of-${step}`}>
      <span class="inside-picture">{children}</span>
      <span class="inside-caption">
        {say(name)}
        {spoken && <span class="for-screen-readers">{spoken}</span>}
      </span>
    </ViewLink>
  );
}

/** The digits of the number, to look inside with another. */
function Choice() {
  const all = glyphs.value.flatMap((glyph, place) => (digitOf(glyph) ? [{ glyph, place }] : []));
  if (all.length < 2 || all.length > MOST_CHOICES) return null;
  return (
    <fieldset class="inside-choice" aria-label={say("write.inside.choose")}>
      {all.map(({ glyph, place }, number) => (
        <button
          key={place}
          type="button"
          aria-pressed={drawn.value?.place === place}
          aria-label={say("write.inside.digit", number + 1, glyph.character)}
          onClick={() => {
            selected.value = place;
          }}
        >
          {glyph.character}
        </button>
      ))}
    </fieldset>
  );
}

function highest(scores: readonly number[]): string {
  const most = Math.max(...scores);
  return say("write.inside.highest", scores.indexOf(most), fixed(most, 1));
}

/** As the step about softmax takes them. */
function written(scores: readonly number[]): string {
  const inRange = scores.map((score) => Math.min(Math.max(score, LEAST), MOST));
  return readScores(textOf(inRange)) ?? "";
}
