/** The inside of a model: layers, first weights, confusions, settings, and its file. */
import { useEffect, useState } from "preact/hooks";
import { file } from "../bundle/files";
import { edition } from "../edition";
import { MODELS } from "../here/read";
import { ConfusionTable } from "../learn/confusion-table";
import { counts } from "../learn/evaluation";
import { percent, whole } from "../learn/format";
import type { Model } from "../readings";
import { type Graph, unpack } from "../runtime/graph";
import { say } from "../sentences/say";
import { Button, Notice } from "../shared/controls";
import { saveFile } from "../shared/files";
import { usePromised } from "../shared/hooks";
import { Pixels } from "../shared/pixels";
import { inputOf, type Part, type Size, type Stage, stagesOf } from "./layers";
import { onnxFrom } from "./onnx-from";
import { isWhole, type Measured, measure, measuredOf } from "./test-images";
import "./inside.css";

export function Inside({ model }: { model: Model }) {
  return (
    <div class="inside-parts">
      {model.shipped && <OfShipped name={model.name} />}
      <Settings settings={model.settings} />
    </div>
  );
}

function OfShipped({ name }: { name: string }) {
  const [graph, tryAgain] = useGraph(name);
  if (graph === "missing") return <Notice text={say("here.file")} again={tryAgain} />;
  if (!graph) return <p class="quiet">{say("models.loading")}</p>;
  return (
    <>
      <Architecture graph={graph} />
      <FirstWeights graph={graph} />
      {MODELS.includes(name) && <ConfusionHere name={name} />}
      <Download name={name} graph={graph} />
    </>
  );
}

function useGraph(name: string): [Graph | "missing" | null, () => void] {
  const [attempt, setAttempt] = useState(0);
  const fetchGraph = () =>
    file(`models/${name}.bin.gz`)
      .then(unpack)
      .catch(() => "missing" as const); // or damaged
  return [usePromised(fetchGraph, `${name} ${attempt}`), () => setAttempt(attempt + 1)];
}

/** As `recipe.toml` has them, so that they can be compared with it. */
function Settings({ settings }: { settings: Model["settings"] }) {
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${JSON.stringify(value)}`);
  if (lines.length === 0) return null;
  return (
    <section>
      <h3>{say("models.settings")}</h3>
      <pre class="small" lang="en">
        {lines.join("\n")}
      </pre>
    </section>
  );
}

/** The file as it comes with shuzi; the page that is one file makes it again from what it holds. */
function Download({ name, graph }: { name: string; graph: Graph }) {
  const isWhole = edition === "file";
  const save = () => {
    const content = new Blob([onnxFrom(graph)], { type: "application/octet-stream" });
    saveFile(content, `${name}.onnx`);
  };
  return (
    <p class="inside-file">
      {isWhole ? (
        <Button label={say("models.download")} onClick={save} />
      ) : (
        <a class="button" href={`models/${name}.onnx`} download={`${name}.onnx`}>
          {say("models.download")}
        </a>
      )}
      <span class="small quiet">{say(isWhole ? "models.download.half" : "models.download.whole")}</span>
    </p>
  );
}

const LARGEST = 52; // pixels of the longest side that is drawn
const SMALLEST = 4;
const SHEETS = 4; // drawn behind one another, at most

/** A model's stages, one after another; the squares have the proportions of each stage's output. */
function Architecture({ graph }: { graph: Graph }) {
  const input = inputOf(graph);
  const longest = Math.max(input.height, input.width);
  return (
    <section>
      <h3>{say("models.layers")}</h3>
      <ol class="stages">
        <li>
          <Sheets size={input} longest={longest} />
          <span>{say("models.layer.input")}</span>
          <span class="small quiet numbers">{`${input.height}x${input.width}`}</span>
        </li>
        {stagesOf(graph).map((stage, index) => (
          <OneStage key={index} stage={stage} longest={longest} />
        ))}
      </ol>
    </section>
  );
}

function OneStage({ stage: { kind, layers }, longest }: { stage: Stage; longest: number }) {
  return (
    <li data-kind={kind}>
      <span class="side-by-side">
        {layers.map((part, index) => (
          <Sheets key={index} size={part} longest={longest} />
        ))}
      </span>
      <span>
        {[say(`models.layer.${kind}`), [...new Set(layers.map(({ window }) => window))].join(", ")].join(" ")}
      </span>
      <span class="small quiet numbers">{layers.map(sizeWritten).join(", ")}</span>
    </li>
  );
}

/** Such as "3 × 24x24x8", or "10" for a row of numbers. */
function sizeWritten({ height, width, channels, times }: Part): string {
  const size = height * width === 1 ? whole(channels) : `${height}x${width}x${channels}`;
  return times > 1 ? `${times} × ${size}` : size;
}

function Sheets({ size: { height, width, channels }, longest }: { size: Size; longest: number }) {
  const isRow = height * width === 1;
  const side = (length: number) => Math.max((length / longest) * LARGEST, SMALLEST);
  const [tall, wide] = isRow ? [Math.min(8 + channels / 4, LARGEST), 8] : [side(height), side(width)];
  const behind = isRow ? 0 : Math.min(Math.ceil(Math.log2(channels)), SHEETS);
  return (
    <svg class="sheets" width={wide + 3 * behind + 2} height={tall + 3 * behind + 2} aria-hidden="true">
      {Array.from({ length: behind + 1 }, (_, index) => (
        <rect key={index} x={1 + 3 * (behind - index)} y={1 + 3 * index} width={wide} height={tall} />
      ))}
    </svg>
  );
}

/** The confusion matrix of a shipped model: measured in the page, on the test images that it has. */
function ConfusionHere({ name }: { name: string }) {
  const [attempt, setAttempt] = useState(0);
  const measured = measuredOf(name).value;
  const isMeasuring = attempt > 0 && !measured.hasFailed;
  useEffect(() => (attempt > 0 ? measure(name) : undefined), [name, attempt]);
  // a partial table would look complete
  const isShown = isWhole(measured) || (isMeasuring && measured.said.length > 0);
  return (
    <section>
      <h3>{say("models.confusion")}</h3>
      <p class="small quiet">{say("models.confusion.lead")}</p>
      {measured.hasFailed && <Notice role="alert" text={say("here.file")} />}
      {isShown ? (
        <Table measured={measured} />
      ) : (
        <Button
          label={say(measured.hasFailed ? "error.again" : "models.confusion.measure")}
          disabled={isMeasuring}
          onClick={() => setAttempt(attempt + 1)}
        />
      )}
    </section>
  );
}

function Table({ measured: { said, all: n } }: { measured: Measured }) {
  const [table, done] = [counts(said), said.length];
  const right = table.reduce((sum, row, label) => sum + (row[label] ?? 0), 0);
  const state =
    done < n
      ? say("models.confusion.going", whole(done), whole(n))
      : say("models.confusion.done", whole(done - right), whole(n), percent(right / n, 2));
  return (
    <ConfusionTable
      table={table}
      caption={<span role="status">{state}</span>}
      cell={({ label, digit, count, shade }) => ({
        class: count === 0 ? "none" : label === digit ? "right" : "wrong",
        style: { "--share": shade },
        children: count || "·",
      })}
    />
  );
}

const FULL = 0.5; // of the largest weight: few are larger, and the others would be pale

/** The weights that look at the image itself, as pictures. */
function FirstWeights({ graph }: { graph: Graph }) {
  return (
    <section>
      {filtersOf(graph).map((filters, index) => (
        <Weights key={index} filters={filters} />
      ))}
    </section>
  );
}

function Weights({ filters: { kind, side, images } }: { filters: Filters }) {
  const largest = images.reduce(
    (most, image) => image.reduce((peak, value) => Math.max(peak, Math.abs(value)), most),
    1e-9,
  );
  const name = say(`models.first.${kind}`, `${side}x${side}`);
  return (
    <figure>
      <figcaption>
        <h3>{name}</h3>
        <p class="small quiet">{say(`models.first.${kind}.key`)}</p>
      </figcaption>
      <ul class={`first-weights ${kind}`} aria-label={name}>
        {images.map((values, index) => (
          <li key={index}>
            <Pixels
              values={values}
              side={side}
              palette="signed"
              full={largest * FULL}
              label={say(
                kind === "templates" ? "learn.train.weights.templates.of" : "learn.train.weights.filters.of",
                kind === "templates" ? index : index + 1,
              )}
            />
          </li>
        ))}
      </ul>
    </figure>
  );
}

/** A model's first weights become pictures: a template for each answer, or the windows of its first convolutions. */
interface Filters {
  kind: "templates" | "filters";
  /** Pixels along each side. */
  side: number;
  images: Float32Array[];
}

/** Those of each layer that sees the image itself: several, where a network has several columns. */
function filtersOf({ nodes, tensors }: Pick<Graph, "nodes" | "tensors">): Filters[] {
  const seen = new Set(["images"]);
  const filters: Filters[] = [];
  for (const { op, inputs, outputs } of nodes) {
    if (!inputs.some((name) => seen.has(name))) continue;
    const weights = tensors.get(inputs[1] ?? "");
    if (op === "Conv" && weights) filters.push(windows(weights.dims, weights.values));
    else if (op === "MatMul" && weights) filters.push(templates(weights.dims, weights.values));
    else for (const name of outputs) seen.add(name); // scaled or reshaped, it is the image still
  }
  return filters;
}

function windows([count = 0, , side = 0]: readonly number[], values: Float32Array): Filters {
  const size = side * side;
  const images = Array.from({ length: count }, (_, index) =>
    values.subarray(index * size, (index + 1) * size),
  );
  return { kind: "filters", side, images };
}

function templates([pixels = 0, count = 0]: readonly number[], values: Float32Array): Filters {
  const images = Array.from({ length: count }, (_, answer) =>
    Float32Array.from({ length: pixels }, (_, pixel) => values[pixel * count + answer] ?? 0),
  );
  return { kind: "templates", side: Math.sqrt(pixels), images };
}
