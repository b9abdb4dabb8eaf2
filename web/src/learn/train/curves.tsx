/** The loss and the accuracy of all runs over their steps; the selected run stands out. */
import { signal } from "@preact/signals";
import { say } from "../../sentences/say";
import { type Line, LineChart, type Point, type Scales } from "../chart/line-chart";
import { smoothed } from "../chart/scale";
import { brief, percent, whole } from "../format";
import { colourOf, letterOf } from "./kept-networks";
import { hasEnded, type Run } from "./run";

interface Properties {
  /** The runs to draw. */
  runs: readonly Run[];
  chosen: Run | null;
}

const HEIGHT = 250;
const HIGHEST_LOSS = 6; // an unstable run leaves the chart at the top instead of flattening all others

/** The step under the pointer, the same in both charts. */
const pointed = signal<number | null>(null);

interface Drawn {
  run: Run;
  points: readonly Point[];
  /** The validation points, if the main points are of the training images. */
  validation: readonly Point[];
}

export function LossChart({ runs, chosen }: Properties) {
  const drawn = runs.map((run) => ({ run, points: smoothed(run.losses), validation: run.validationLosses }));
  const values = drawn.flatMap(({ points, validation }) =>
    [...points, ...validation].map(([, loss]) => loss),
  );
  const most = Math.max(2.5, ...values.filter(Number.isFinite));
  if (runs.length > 0 && runs.every((run) => hasNoCurve(run) || isBeyond(run)))
    return runs.some(({ reason }) => reason !== "no-data") ? (
      <p class="no-curve">{say("learn.train.no_curve")}</p>
    ) : null;
  return (
    <Chart
      of="loss"
      drawn={drawn}
      chosen={chosen}
      raw={chosen && runs.includes(chosen) ? chosen.losses : null}
      write={brief}
      y={{ least: 0, most: Math.min(most * 1.04, HIGHEST_LOSS), write: brief }}
    />
  );
}

export function AccuracyChart({ runs, chosen }: Properties) {
  const drawn = runs.map((run) => ({ run, points: run.accuracies, validation: [] }));
  const accuracies = runs.flatMap((run) => run.accuracies.map(([, accuracy]) => accuracy));
  // before there is data, an axis would reveal its range
  const lowest = accuracies.length > 0 ? Math.min(0.8, ...accuracies) : 0;
  if (runs.length > 0 && runs.every(hasNoCurve)) return null;
  const batches = chosen && runs.includes(chosen) ? smoothed(chosen.batchAccuracies) : null;
  return (
    <Chart
      of="accuracy"
      drawn={drawn}
      chosen={chosen}
      raw={batches}
      write={percent}
      y={{ least: Math.floor(lowest * 10) / 10, most: 1, write: (accuracy) => percent(accuracy, 0) }}
    />
  );
}

/** Whether a run failed too early to have a curve. */
function hasNoCurve({ state, losses }: Run): boolean {
  return state === "failed" && losses.length === 0;
}

/** Whether a run has ended with a loss above the chart: its line would leave at the top and never come back. */
function isBeyond(run: Run): boolean {
  return hasEnded(run) && (smoothed(run.losses).at(-1)?.[1] ?? 0) > HIGHEST_LOSS;
}

interface ChartProperties {
  of: "loss" | "accuracy";
  drawn: readonly Drawn[];
  chosen: Run | null;
  /** Drawn faintly: the selected run's values before smoothing, or its batches. */
  raw: readonly Point[] | null;
  write: (value: number) => string;
  y: { least: number; most: number; write: (value: number) => string };
}

function Chart({ of, drawn, chosen, raw, write, y }: ChartProperties) {
  const lines: Line[] = drawn.flatMap(({ run, points, validation }) => [
    {
      key: run.id,
      points,
      class: run === chosen ? "accent" : "",
      style: colourOf(run),
      name: letterOf(run),
    },
    { key: `${run.id} beside`, points: validation, class: "beside", style: colourOf(run) },
  ]);
  lines.sort((a, b) => Number(a.class?.includes("accent")) - Number(b.class?.includes("accent")));
  if (raw && chosen) lines.unshift({ key: "raw", points: raw, class: "raw", style: colourOf(chosen) });
  const begun = drawn.filter(({ run }) => run.state !== "planned");
  const steps = Math.max(0, ...begun.map(({ run }) => Math.max(run.settings.steps, run.step)));
  const step = pointed.value;
  const last = drawn.map(({ run, points }) => lastOf(run, points, write));
  return (
    <div class="train-chart">
      <LineChart
        label={say(`learn.train.${of}.chart`, last.join(say("learn.train.between")))}
        lines={lines}
        x={{ least: 0, most: steps || 2000, name: say("learn.train.step"), write: whole }}
        y={{ ...y, name: say(`learn.train.${of}`), ticks: 5 }}
        height={HEIGHT}
        onHover={(value) => {
          pointed.value = value === null ? null : Math.round(value);
        }}
        above={(scales) => step !== null && <Rule x={scales.x.position(step)} scales={scales} />}
      />
      {step !== null && drawn.length > 0 && (
        <ul class="readout small numbers" aria-hidden="true">
          <li>{say("learn.train.at", whole(step))}</li>
          {drawn.map(({ run, points, validation }) => (
            <li key={run.id} style={colourOf(run)}>
              <b>{letterOf(run)}</b> {valueAt(points, step, write)}
              {validation.length > 0 && ` / ${valueAt(validation, step, write)}`}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function Rule({ x, scales: { plot } }: { x: number; scales: Scales }) {
  return <line class="rule" x1={x} x2={x} y1={plot.top} y2={plot.bottom} />;
}

/** The last value up to a step. */
function valueAt(points: readonly Point[], step: number, write: (value: number) => string): string {
  const last = points.findLast(([at]) => at <= step) ?? points[0];
  return last ? write(last[1]) : "–";
}

function lastOf(run: Run, points: readonly Point[], write: (value: number) => string): string {
  const last = points.at(-1);
  return say("learn.train.last", letterOf(run), last ? write(last[1]) : "–", last ? last[0] : 0);
}
