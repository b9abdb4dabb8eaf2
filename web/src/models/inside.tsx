/** The inside of a model: its first weights, settings, and its file. */
import { useState } from "preact/hooks";
import { file } from "../bundle/files";
import { edition } from "../edition";
import { WeightImages, type WeightPictures } from "../learn/weight-images";
import type { Model } from "../readings";
import { type Graph, unpack } from "../runtime/graph";
import { say } from "../sentences/say";
import { Button, Notice } from "../shared/controls";
import { saveFile } from "../shared/files";
import { usePromised } from "../shared/hooks";
import { onnxFrom } from "./onnx-from";
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
      <FirstWeights graph={graph} />
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

/** The weights that look at the image itself, as pictures; of several columns, those of each. */
function FirstWeights({ graph: { nodes, tensors } }: { graph: Pick<Graph, "nodes" | "tensors"> }) {
  const seen = new Set(["images"]);
  const images: Float32Array[] = [];
  let kind: WeightPictures["kind"] = "filters";
  for (const { op, inputs, outputs } of nodes) {
    if (!inputs.some((name) => seen.has(name))) continue;
    const weights = tensors.get(inputs[1] ?? "");
    if (op === "Conv" && weights) images.push(...windows(weights.dims, weights.values));
    else if (op === "MatMul" && weights) {
      kind = "templates";
      images.push(...templates(weights.dims, weights.values));
    } else for (const name of outputs) seen.add(name); // scaled or reshaped, it is the image still
  }
  return <WeightImages kind={kind} images={images} />;
}

function windows([count = 0, , side = 0]: readonly number[], values: Float32Array): Float32Array[] {
  const size = side * side;
  return Array.from({ length: count }, (_, index) => values.subarray(index * size, (index + 1) * size));
}

function templates([pixels = 0, count = 0]: readonly number[], values: Float32Array): Float32Array[] {
  return Array.from({ length: count }, (_, answer) =>
    Float32Array.from({ length: pixels }, (_, pixel) => values[pixel * count + answer] ?? 0),
  );
}
