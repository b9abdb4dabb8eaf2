/**
 * The network, drawn with the digit that is on the sheet: 28x28 pixels, templates, hidden neurons or feature
 * maps, ten scores, probabilities. Each stage leads to the step of Learn that explains it, with the same digit.
 */
import type { ComponentChildren } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import { oneOf, parameter } from "../../address";
import { PIXELS } from "../../data/image";
import { isHere } from "../../here/read";
import { largestMagnitude } from "../../ink/numbers";
import { readScores, softmax, textOf } from "../../learn/concepts";
import { inkWritten } from "../../learn/digit/ink";
import { fixed } from "../../learn/format";
import { drawnAs } from "../../learn/train/run";
import type { Inside, Layer } from "../../reading/report/explain";
import { type PlainKey, say } from "../../sentences/say";
import { Button, Choices } from "../../shared/controls";
import { Pixels } from "../../shared/pixels";
import { ViewLink } from "../../shell/view-link";
import { withoutDigit } from "../patches";
import { isDisplay, readBy, reading } from "../state/state";
import { isUntouched } from "../state/writing";
import { Bars } from "./bars";
import { differs, drawn, followPen, image, isLate, keepLooking, looked } from "./looking";
import { MapSum } from "./map-sum";
import "./inside-strip.css";

const BLANK = new Uint8Array(PIXELS);
const [LEAST, MOST] = [-10, 10]; // the scores that the step about softmax takes

const OPEN = "open";

/** Whether the stages of the digit, and each digit by itself, are shown. */
export const closer = parameter("closer", "", oneOf([OPEN]));

export function InsideStrip() {
  useEffect(keepLooking, []);
  useEffect(followPen, []);
  if (isUntouched.value || isDisplay.value) return null;
  const pixels = image.value;
  const lookedAt = looked.value;
  const mine = pixels ? { look: "mine", ink: inkWritten(pixels) } : {};
  const scores = lookedAt ? Array.from(lookedAt.inside.scores) : null;
  const { probabilities, other } = probabilitiesOf(lookedAt?.inside);
  const kind = drawnAs(readBy.value);
  const tiles = tilesOf(lookedAt?.inside.layers ?? []);
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
          <button
            type="button"
            class="inside-stage of-convolution"
            aria-expanded={map.value !== ""}
            onClick={({ target, currentTarget }) => {
              const under = [...currentTarget.querySelectorAll("canvas")].indexOf(
                target as HTMLCanvasElement,
              );
              map.set((tiles[under] ?? (map.value ? null : tiles[0]))?.name ?? "");
            }}
          >
            <span class="inside-picture">
              <Maps inside={lookedAt?.inside ?? null} />
            </span>
            <span class="inside-caption">{say("write.inside.maps")}</span>
          </button>
        ) : (
          <Stage
            name={`write.inside.${kind}`}
            step={kind === "templates" ? "template" : "hidden"}
            parameters={kind === "templates" ? mine : {}}
            spoken={lookedAt ? some(lookedAt.inside.neurons) : ""}
          >
            <Neurons image={pixels} layer={lookedAt?.inside.neurons ?? null} />
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
      {map.value && pixels && lookedAt && kind === "maps" && (
        <section class="inside-map stack" aria-label={say("write.inside.maps")}>
          <Choices
            name="map"
            label={say("write.inside.maps")}
            isLabelHidden
            values={tiles.map(({ name }) => name)}
            knob={map}
            write={(wanted) => tiles.find(({ name }) => name === wanted)?.picture}
          />
          <MapSum key={`${readBy.value} ${map.value}`} image={pixels} model={readBy.value} map={map.value} />
          <ViewLink view="learn" parameters={{ step: "convolution", ...mine }} class="small write-one">
            {say("film.step", say("learn.convolution"))}
          </ViewLink>
        </section>
      )}
      {differs.value !== null && <p class="small quiet">{say("write.inside.line", differs.value)}</p>}
    </section>
  );
}

/** The chosen map: its layer and its channel, both from 0. */
const map = parameter("map", "", (text) => (/^\d\.\d{1,3}$/.test(text) ? text : null));

function tilesOf(layers: readonly Layer[]) {
  return layers.flatMap(({ side, tiles }, layer) =>
    tiles.map(({ channel, values }) => ({
      name: `${layer}.${channel}`,
      picture: (
        <Pixels
          values={values}
          side={side}
          palette="signed"
          label={say("write.sum.map", channel + 1, layer + 1)}
        />
      ),
    })),
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

const LAYERS = 3; // more would be too small to see
const FAINT = 0.25; // of a template where there is no ink
const STRONG = 0.5; // of the largest weight: from there on the colour is full
const EMPTY = new Float32Array(1);
const PLACES = Array.from({ length: 6 }, () => ({ values: EMPTY })); // of maps that are not there yet

/** Templates, or what hidden neurons look for: weights of all pixels, strong where the ink is; empty places without. */
function Neurons({ image, layer }: { image: Uint8Array | null; layer: Layer | null }) {
  const tiles = useMemo(
    () =>
      layer?.tiles.map(({ values }) =>
        values.map((weight, pixel) => weight * (FAINT + ((1 - FAINT) * (image?.[pixel] ?? 0)) / 255)),
      ) ?? Array.from({ length: 10 }, () => EMPTY),
    [image, layer],
  );
  // few weights of a network trained here are large, and the others would be pale
  const full = STRONG * Math.max(...tiles.map(largestMagnitude));
  return (
    <span class="inside-layer inside-templates">
      {tiles.map((values, index) => (
        <Pixels key={index} values={values} side={Math.sqrt(values.length)} palette="signed" full={full} />
      ))}
    </span>
  );
}

/** The maps of each layer; without an image, empty places for them. */
function Maps({ inside }: { inside: Inside | null }) {
  return (
    <>
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
        {(layer?.tiles ?? PLACES).map(({ values }, index) => (
          <Pixels key={index} values={values} side={layer?.side ?? 1} palette="signed" full={full} />
        ))}
      </span>
      <span class="inside-name">{name}</span>
    </span>
  );
}
