/** Both losses as curves over the correct answer's probability, with the current position marked. */
import { say } from "../../sentences/say";
import { LineChart, type Point, type Scales } from "../chart/line-chart";
import { crossEntropy, oneHot, squaredError } from "../concepts";
import { fixed } from "../format";
import { useTween } from "../tween";

const LABEL = oneHot(2, 3);
const USUAL = 5;
const ALL = 25; // at a probability of 0 the cross-entropy is -log(1e-10) = 23.03
// denser near 0, where the cross-entropy is steep
const PROBABILITIES = Array.from({ length: 121 }, (_, index) => (index / 120) ** 3);

interface Properties {
  /** The correct answer's probability. */
  right: number;
  /** The fraction of the remaining probability for the first of the other two digits. */
  first: number;
  onDrag: (right: number) => void;
}

export function LossCurves({ right, first, onDrag }: Properties) {
  const squared = (probability: number) =>
    squaredError(LABEL, [(1 - probability) * first, (1 - probability) * (1 - first), probability]);
  const entropy = (probability: number) => crossEntropy(LABEL, [0, 0, probability]);
  const curve = (loss: (probability: number) => number): Point[] =>
    PROBABILITIES.map((probability) => [probability, loss(probability)]);
  const most = useTween(entropy(right) > USUAL ? ALL : USUAL, 600);
  return (
    <LineChart
      label={say("learn.loss.chart", fixed(right, 2), fixed(squared(right), 2), fixed(entropy(right), 2))}
      lines={[
        { key: "squared", points: curve(squared), class: "squared" },
        { key: "entropy", points: curve(entropy), class: "accent" },
      ]}
      x={{ least: 0, most: 1, name: "" }}
      y={{ least: 0, most, name: say("learn.loss.axis.loss") }}
      height={232}
      onDrag={(value) => onDrag(Math.round(Math.min(Math.max(value, 0), 1) * 100) / 100)}
      above={(scales) => (
        <g>
          <line
            class="loss-now"
            x1={scales.x.position(right)}
            x2={scales.x.position(right)}
            y1={scales.plot.top}
            y2={scales.plot.bottom}
          />
          <Key scales={scales} row={0} class="accent" name={say("learn.loss.entropy")} />
          <Key scales={scales} row={1} class="squared" name={say("learn.loss.squared")} />
          <circle
            class="loss-point"
            cx={scales.x.position(right)}
            cy={scales.y.position(squared(right))}
            r={6}
          />
          <circle
            class="loss-point accent"
            cx={scales.x.position(right)}
            cy={scales.y.position(Math.min(entropy(right), most))}
            r={7}
          />
        </g>
      )}
    />
  );
}

/** The legend, in the corner that no curve reaches. */
function Key({
  scales,
  row,
  class: kind,
  name,
}: {
  scales: Scales;
  row: number;
  class: string;
  name: string;
}) {
  const { right, top } = scales.plot;
  const y = top + 12 + row * 20;
  return (
    <>
      <line class={`curve ${kind}`} x1={right - 24} x2={right} y1={y} y2={y} />
      <text class={`line-name ${kind}`} x={right - 32} y={y} dy="0.32em" text-anchor="end">
        {name}
      </text>
    </>
  );
}
