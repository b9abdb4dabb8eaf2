/** The fraction answered against the fraction of these answers that is wrong, over all thresholds; the chosen one is marked. */
import { useMemo } from "preact/hooks";
import type { Said } from "../../models/test-images";
import { say } from "../../sentences/say";
import { LineChart, type Point } from "../chart/line-chart";
import { fixed } from "../format";
import { above } from "./calibration";

const THRESHOLDS = 100;
const SPOT = 6; // pixels
const LEAST_WRONG = 0.005; // the top of the chart if hardly anything is wrong

export function Kept({ said, threshold }: { said: readonly Said[]; threshold: number }) {
  const points = useMemo(() => curveOf(said), [said]);
  const here = pointOf(said, threshold);
  const most = Math.max(...points.map(([, wrong]) => wrong), LEAST_WRONG) * 1.1;
  return (
    <LineChart
      label={say("learn.not-sure.kept.chart")}
      height={220}
      x={{
        least: 0,
        most: 1,
        name: say("learn.not-sure.answered"),
        write: (fraction) => fixed(100 * fraction, 0),
        ticks: 2,
      }}
      y={{
        least: 0,
        most,
        name: say("learn.not-sure.wrong"),
        write: (fraction) => fixed(100 * fraction, most > 0.04 ? 0 : 1),
      }}
      lines={[{ key: "kept", points }]}
    >
      {({ x, y }) =>
        here && <circle class="promise" cx={x.position(here[0])} cy={y.position(here[1])} r={SPOT} />
      }
    </LineChart>
  );
}

function curveOf(said: readonly Said[]): Point[] {
  const all = Array.from({ length: THRESHOLDS }, (_, index) => pointOf(said, index / THRESHOLDS));
  return all.filter((point) => point !== null);
}

/** Null if nothing is answered. */
function pointOf(said: readonly Said[], threshold: number): Point | null {
  const { answered, wrong } = above(said, threshold);
  return answered ? [answered / said.length, wrong / answered] : null;
}
