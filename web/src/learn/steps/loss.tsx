/** Step 4: two ways to measure how wrong an answer is. */
import { numberIn } from "../../address";
import { EPSILON } from "../../generated/training";
import { say } from "../../sentences/say";
import { LineChart, type Point, type Scales } from "../chart/line-chart";
import { crossEntropy, oneHot, pushOfCrossEntropy, pushOfSquaredError, squaredError } from "../concepts";
import { fixed, percent } from "../format";
import { StepFrame, useCovered } from "../frame/step-frame";
import { knob, Slider, useTween } from "../slider";
import "./loss.css";

const RIGHT = 2;
const LABEL = oneHot(RIGHT, 3);
/** The lesson's output: the correct answer's probability, and the first digit's part of the rest. */
const [RIGHT_AT_FIRST, SPLIT_AT_FIRST] = [0.6, 0.25];
const probability = knob("right", RIGHT_AT_FIRST, numberIn(0, 1));
const split = knob("split", SPLIT_AT_FIRST, numberIn(0, 1));

export function LossStep() {
  const [right, first] = [probability.value, split.value];
  // the correct answer's probability, and the rest divided between the other two
  const output = [(1 - right) * first, (1 - right) * (1 - first), right];
  const isCovered = useCovered("loss", right === RIGHT_AT_FIRST && first === SPLIT_AT_FIRST);
  const push = (of: typeof pushOfCrossEntropy) => (isCovered ? null : (of(LABEL, output)[RIGHT] ?? 0));
  return (
    <StepFrame
      name="loss"
      guesses={[say("learn.loss.squared"), say("learn.loss.entropy"), say("learn.loss.guess.both")]}
      isTried={right > 0 && right <= 0.02}
    >
      <div class="loss-top">
        <Rows output={output} />
        <Slider
          label={say("learn.loss.split")}
          written={`${percent(first, 0)} : ${percent(1 - first, 0)}`}
          knob={split}
          max={1}
          step={0.05}
          hint={say("learn.loss.split.hint")}
        />
      </div>
      <div class="loss-curves">
        <LossCurves right={right} first={first} onDrag={(value) => probability.set(value)} />
        <Slider
          label={say("learn.loss.right")}
          written={percent(right, 0)}
          knob={probability}
          max={1}
          step={0.01}
        />
      </div>
      <div class="loss-cards">
        <Card
          name={say("learn.loss.squared")}
          sign="squared"
          sum={squaresWritten(output)}
          loss={squaredError(LABEL, output)}
          push={push(pushOfSquaredError)}
        />
        <Card
          name={say("learn.loss.entropy")}
          sign="entropy"
          sum={`−log(${fixed(right, 2)} + ${EPSILON.toFixed(10)})`}
          loss={crossEntropy(LABEL, output)}
          push={push(pushOfCrossEntropy)}
          note={right === 0 ? say("learn.loss.epsilon") : undefined}
        />
        {isCovered && <p class="small quiet">{say("learn.guess.covered")}</p>}
      </div>
    </StepFrame>
  );
}

function squaresWritten(output: readonly number[]): string {
  return output.map((value, index) => `(${LABEL[index]} − ${fixed(value, 2)})²`).join(" + ");
}

/** Label and output, element by element. */
function Rows({ output }: { output: readonly number[] }) {
  return (
    <table class="loss-rows numbers">
      <caption class="for-screen-readers">{say("learn.loss.rows")}</caption>
      <thead>
        <tr>
          <th scope="row">{say("learn.loss.digit")}</th>
          {output.map((_, index) => (
            <th key={index} scope="col">
              {index}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        <tr>
          <th scope="row">{say("learn.loss.label")}</th>
          {LABEL.map((value, index) => (
            <td key={index} class={value ? "right" : ""}>
              {value}
            </td>
          ))}
        </tr>
        <tr>
          <th scope="row">{say("learn.loss.output")}</th>
          {output.map((value, index) => (
            <td key={index} class={`filled ${LABEL[index] ? "right" : ""}`}>
              <span aria-hidden="true" style={{ height: `${value * 100}%` }} />
              <b>{fixed(value, 2)}</b>
            </td>
          ))}
        </tr>
      </tbody>
    </table>
  );
}

interface CardProperties {
  name: string;
  sign: "squared" | "entropy";
  /** The sum, term by term. */
  sum: string;
  loss: number;
  /** Null while it is covered. */
  push: number | null;
  note?: string | undefined;
}

function Card({ name, sign, sum, loss, push, note }: CardProperties) {
  return (
    <section class={`loss-card ${sign}`} aria-label={name}>
      <h2>{name}</h2>
      <p class="loss-value numbers">{fixed(loss, 2)}</p>
      <p class="loss-sum small quiet numbers">{note ?? sum}</p>
      <p class="loss-push small">
        <span>{say("learn.loss.push")}</span>
        <span class="share-bar" aria-hidden="true">
          <span style={{ width: `${Math.min(Math.max(push ?? 0, 0), 1) * 100}%` }} />
        </span>
        <span class="numbers">{push === null ? "?" : fixed(push, 2)}</span>
      </p>
    </section>
  );
}

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

/** Both losses as curves over the correct answer's probability, with the current position marked. */
function LossCurves({ right, first, onDrag }: Properties) {
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
