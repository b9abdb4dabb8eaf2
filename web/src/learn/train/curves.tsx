/** The loss and the accuracy of all runs over their steps; the selected run stands out. */
import { say } from "../../sentences/say";
import { type Line, LineChart, type Point } from "../chart/line-chart";
import { percent, whole } from "../format";
import type { Run } from "./run";
import { smoothed } from "./smooth";

interface Properties {
  /** The runs to draw. */
  runs: readonly Run[];
  chosen: Run | null;
}

const HEIGHT = 250;
const HIGHEST_LOSS = 6; // an unstable run leaves the chart at the top instead of flattening all others

export function LossChart({ runs, chosen }: Properties) {
  const smooth = runs.map((run) => ({ run, points: smoothed(run.losses) }));
  const most = Math.max(2.5, ...smooth.flatMap(({ points }) => points.map(([, loss]) => loss)));
  const raw = runs.find((run) => run === chosen);
  const lines = linesOf(smooth, chosen);
  if (raw) lines.unshift({ key: "raw", points: raw.losses, class: "raw" });
  return (
    <LineChart
      label={say(
        "learn.train.loss.chart",
        smooth.map(({ run, points }) => lastOf(run, points, lossWritten)).join(say("learn.train.between")),
      )}
      lines={lines}
      x={stepsOf(runs)}
      y={{ least: 0, most: Math.min(most * 1.04, HIGHEST_LOSS), name: say("learn.train.loss"), ticks: 5 }}
      height={HEIGHT}
    />
  );
}

export function AccuracyChart({ runs, chosen }: Properties) {
  const lines = runs.map((run) => ({ run, points: run.accuracies }));
  const lowest = Math.min(0.8, ...runs.flatMap((run) => run.accuracies.map(([, share]) => share)));
  return (
    <LineChart
      label={say(
        "learn.train.accuracy.chart",
        lines
          .map(({ run, points }) => lastOf(run, points, (share) => percent(share)))
          .join(say("learn.train.between")),
      )}
      lines={linesOf(lines, chosen)}
      x={stepsOf(runs)}
      y={{
        least: Math.floor(lowest * 10) / 10,
        most: 1,
        name: say("learn.train.accuracy"),
        write: (share) => percent(share, 0),
        ticks: 5,
      }}
      height={HEIGHT}
    />
  );
}

function linesOf(lines: readonly { run: Run; points: readonly Point[] }[], chosen: Run | null): Line[] {
  return lines
    .map(({ run, points }) => ({
      key: run.id,
      points,
      class: run === chosen ? "accent" : dashOf(run),
      name: String(run.number),
    }))
    .sort((one, other) => Number(one.class === "accent") - Number(other.class === "accent"));
}

/** Lines differ in their dashes, not only in their shade. */
export function dashOf(run: Run): string {
  return `dash-${run.number % 3}`;
}

function stepsOf(runs: readonly Run[]) {
  const most = Math.max(0, ...runs.map((run) => run.recipe?.steps ?? run.step));
  return { least: 0, most: most || 2000, name: say("learn.train.step"), write: whole };
}

function lastOf(run: Run, points: readonly Point[], write: (value: number) => string): string {
  const last = points.at(-1);
  return say("learn.train.last", run.number, last ? write(last[1]) : "–", last ? last[0] : 0);
}

function lossWritten(loss: number): string {
  return loss.toFixed(2);
}
