/** The inside of a model: layers, first weights, confusions, settings, and its file. */
import { useState } from "preact/hooks";
import { file } from "../../bundle/files";
import { edition } from "../../edition";
import { MODELS } from "../../here/read";
import type { Model } from "../../readings";
import { type Graph, unpack } from "../../runtime/graph";
import { say } from "../../sentences/say";
import { Button } from "../../shared/button";
import { saveFile } from "../../shared/files/take";
import { Notice } from "../../shared/notice";
import { usePromised } from "../../shared/promised";
import { Architecture } from "./architecture";
import { ConfusionHere } from "./confusion-here";
import { FirstWeights } from "./first-weights";
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
      <pre class="small">{lines.join("\n")}</pre>
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
