/**
 * The network, drawn with the digit that is on the sheet: 28x28 pixels, templates, hidden neurons or kernels and
 * feature maps, ten scores, probabilities. Each stage leads to the step of Learn that explains it, with the same digit.
 */
import type { ComponentChildren } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import { oneOf, parameter } from "../../address";
import { PIXELS } from "../../data/image";
import { isHere } from "../../here/read";
import { largestMagnitude } from "../../ink/numbers";
import { readScores, softmax, textOf } from "../../learn/concepts";
import { templateOf } from "../../learn/digit/examples";
import { inkWritten } from "../../learn/digit/ink";
import { fixed } from "../../learn/format";
import { drawnAs } from "../../learn/train/run";
import type { Inside, Layer } from "../../reading/report/explain";
import { type PlainKey, say } from "../../sentences/say";
import { Button } from "../../shared/controls";
import { Pixels } from "../../shared/pixels";
import { ViewLink } from "../../shell/view-link";
import { withoutDigit } from "../patches";
import { readBy, reading } from "../state/state";
import { isUntouched } from "../state/writing";
import { Bars } from "./bars";
import { differs, drawn, followPen, image, isLate, keepLooking, looked } from "./looking";
import "./inside-strip.css";

const BLANK = new Uint8Array(PIXELS);
const [LEAST, MOST] = [-10, 10]; // the scores that the step about softmax takes

const OPEN = "open";

/** Whether the stages of the digit, and each digit by itself, are shown. */
export const closer = parameter("closer", "", oneOf([OPEN]));

export function InsideStrip() {
  useEffect(keepLooking, []);
  useEffect(followPen, []);
  if (isUntouched.value) return null;
  const pixels = image.value;
  const lookedAt = looked.value;
  const mine = pixels ? { look: "mine", ink: inkWritten(pixels) } : {};
  const scores = lookedAt ? Array.from(lookedAt.inside.scores) : null;
  const { probabilities, other } = probabilitiesOf(lookedAt?.inside);
  const kind = drawnAs(readBy.value);
  const isElsewhere = readBy.value !== "" && !isHere(readBy.value);
  return (
    <section class="inside" aria-labelledby="inside-title">
      <header>
        <h2 id="inside-title">{say("write.inside")}</h2>
        {drawn.value && (
          <Button
            look="plain"
            label={say("write.inside.closer")}
            aria-expanded={closer.value === OPEN}
            onClick={() => closer.set(closer.value ? "" : OPEN)}
          />
        )}
        <ViewLink view="film" parameters={{}} class="inside-film">
          {say("write.inside.film")}
        </ViewLink>
        <ViewLink view="learn" parameters={{ step: "train" }} class="inside-train">
          {say("write.inside.train")}
        </ViewLink>
      </header>
      <div class="inside-flow" data-late={isLate.value} aria-busy={isLate.value}>
        <Stage name="write.inside.image" step="handwriting" parameters={mine}>
          <Pixels values={pixels ?? BLANK} palette="ink" class="inside-image" />
        </Stage>
        {isElsewhere ? (
          <p class="small quiet">{say("write.inside.elsewhere", readBy.value)}</p>
        ) : kind === "maps" ? (
          <Stage name="write.inside.maps" step="convolution" parameters={mine}>
            <Maps inside={lookedAt?.inside ?? null} />
          </Stage>
        ) : (
          <Stage
            name={`write.inside.${kind}`}
            step={kind === "templates" ? "template" : "hidden"}
            parameters={kind === "templates" ? mine : {}}
            spoken={lookedAt ? some(lookedAt.inside.neurons) : ""}
          >
            <Neurons
              image={pixels}
              layer={lookedAt?.inside.neurons ?? null}
              templates={readBy.value === "softmax" ? TEMPLATES : null}
            />
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
              <Bars values={probabilities} other={other} full={1} />
            </Stage>
          </>
        )}
      </div>
      {differs.value !== null && <p class="small quiet">{say("write.inside.line", differs.value)}</p>}
    </section>
  );
}

/** As on a card: the probability of a non-digit, also that which the line tells, is taken from all ten. */
function probabilitiesOf(inside: Inside | undefined) {
  // only the default network can say so; it is assumed while unknown
  if (!inside) return { probabilities: null, other: readBy.value === "default" ? null : undefined };
  if (inside.isDigit === null) return { probabilities: softmax(Array.from(inside.scores)), other: undefined };
  const isDigit = inside.isDigit;
  const alone = {
    digits: softmax(Array.from(inside.scores)).map((probability) => probability * isDigit),
    noDigit: 1 - isDigit,
  };
  const { digits, noDigit } = withoutDigit(alone, reading.value?.noDigit ?? 0);
  return { probabilities: digits, other: noDigit };
}

interface StageProperties {
  name: PlainKey;
  step: string;
  parameters?: Record<string, string>;
  /** Read out after the name. */
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

/** How many of a layer's neurons are drawn, if not all. */
function some(layer: Layer | null): string {
  if (!layer || layer.channels === layer.tiles.length) return "";
  return say("write.inside.some", layer.tiles.length, layer.channels);
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

const DIGITS = Array.from({ length: 10 }, (_, digit) => digit);
const TILES = 6;
const LAYERS = 3; // more would be too small to see
const FAINT = 0.25; // of a template where there is no ink
const STRONG = 0.5; // of the largest weight: from there on the colour is full
const EMPTY = new Float32Array(1);

/** The templates of the softmax network that comes with shuzi, which are known before anything is read. */
const TEMPLATES = DIGITS.map(templateOf);

interface NeuronsProperties {
  image: Uint8Array | null;
  /** The weights of the network that reads; null until it has seen the image. */
  layer: Layer | null;
  /** The same, where it is known before. */
  templates: readonly Float32Array[] | null;
}

/** Templates, or what hidden neurons look for: weights of all pixels, strong where the ink is. */
function Neurons({ image, layer, templates }: NeuronsProperties) {
  const weights = templates ?? layer?.tiles.map(({ values }) => values) ?? null;
  const tiles = useMemo(
    () =>
      weights?.map((values) =>
        values.map((weight, pixel) =>
          image ? weight * (FAINT + ((1 - FAINT) * (image[pixel] ?? 0)) / 255) : weight,
        ),
      ),
    [image, layer, templates],
  );
  // few weights of a network trained here are large, and the others would be pale
  const full = templates
    ? Math.max(...templates.map(largestMagnitude))
    : STRONG * Math.max(...(tiles ?? []).map(largestMagnitude), 1e-9);
  return (
    <span class="inside-layer inside-templates">
      {DIGITS.map((index) => (
        <Pixels
          key={index}
          values={tiles?.[index] ?? EMPTY}
          side={tiles?.[index] ? 28 : 1}
          palette="signed"
          full={full}
        />
      ))}
    </span>
  );
}

/** The kernels of the first layer and the maps of each; without an image, empty places for them. */
function Maps({ inside }: { inside: Inside | null }) {
  const kernels = inside?.kernels;
  return (
    <>
      <Column
        layer={kernels}
        name={kernels ? say("write.inside.kernels", kernels.side) : say("write.inside.kernel")}
      />
      {Array.from({ length: Math.min(inside?.layers.length ?? LAYERS, LAYERS) }, (_, index) => {
        const layer = inside?.layers[index];
        return (
          <Column
            key={index}
            layer={layer}
            name={layer ? say("write.inside.layer", layer.channels, layer.side) : ""}
          />
        );
      })}
    </>
  );
}

function Column({ layer, name }: { layer: Layer | null | undefined; name: string }) {
  const full = layer ? Math.max(...layer.tiles.map(({ values }) => largestMagnitude(values)), 1e-9) : 1;
  return (
    <span class="inside-column">
      <span class="inside-layer">
        {Array.from({ length: TILES }, (_, index) => (
          <Pixels
            key={index}
            values={layer?.tiles[index]?.values ?? EMPTY}
            side={layer?.side ?? 1}
            palette="signed"
            full={full}
          />
        ))}
      </span>
      <span class="inside-name">{name}</span>
    </span>
  );
}
