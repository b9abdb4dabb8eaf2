/** A model's stages, one after another; the squares have the proportions of each stage's output. */
import type { Graph } from "../../runtime/graph";
import { say } from "../../sentences/say";
import { whole } from "../numbers";
import { inputOf, type Part, type Size, type Stage, stagesOf } from "./layers";

const LARGEST = 52; // pixels of the longest side that is drawn
const SMALLEST = 4;
const SHEETS = 4; // drawn behind one another, at most

export function Architecture({ graph }: { graph: Graph }) {
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
