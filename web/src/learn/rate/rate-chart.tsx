/** The curve, the path taken, the slope at the ball, and the ball. */
import { say } from "../../sentences/say";
import { LineChart, type Point, type Scales } from "../chart/line-chart";
import { brief } from "../format";
import { useTween } from "../tween";
import { type Curve, type CurveName, curves } from "./curves";
import { reach, type Walk } from "./walk";

const HOP = 320; // milliseconds
const TANGENT = 70; // pixels to each side of the ball
const SEEN = 40; // past points of the walk to draw

export function RateChart({ name, walk }: { name: CurveName; walk: Walk }) {
  const curve = curves[name];
  const wide = useTween(reach(walk, name), 500);
  const walked = useTween(walk.length - 1, HOP, false);
  const here = ballAt(walk, walked, curve);
  return (
    <LineChart
      label={say("learn.rate.chart", walk.length - 1, brief(walk.at(-1) ?? 0))}
      lines={[{ key: name, points: pointsOf(curve, wide) }]}
      x={{ least: -wide, most: wide, name: "x", ticks: 6 }}
      y={{ least: -wide * wide * 0.05, most: wide * wide, name: say("learn.rate.height") }}
      height={240}
    >
      {(scales) => (
        <g>
          <Trail walk={walk} walked={walked} curve={curve} scales={scales} />
          <Tangent x={here[0]} y={here[1]} curve={curve} scales={scales} />
          <circle class="ball" cx={scales.x.position(here[0])} cy={scales.y.position(here[1])} r={8} />
        </g>
      )}
    </LineChart>
  );
}

function pointsOf(curve: Curve, wide: number): Point[] {
  return Array.from({ length: 241 }, (_, index) => {
    const x = ((index - 120) / 120) * wide;
    return [x, curve.height(x)];
  });
}

/** The ball's position between two steps: in a straight line, as a step goes, not along the curve. */
function ballAt(walk: Walk, walked: number, curve: Curve): Point {
  const step = Math.min(Math.floor(walked), walk.length - 1);
  const from = walk[step] ?? 0;
  const to = walk[step + 1] ?? from;
  const part = walked - step;
  const between = (start: number, end: number) => start + (end - start) * part;
  return [between(from, to), between(curve.height(from), curve.height(to))];
}

interface TrailProperties {
  walk: Walk;
  walked: number;
  curve: Curve;
  scales: Scales;
}

function Trail({ walk, walked, curve, scales }: TrailProperties) {
  const first = Math.max(0, Math.floor(walked) + 1 - SEEN);
  const behind: Point[] = walk.slice(first, Math.floor(walked) + 1).map((x) => [x, curve.height(x)]);
  const line = [...behind, ballAt(walk, walked, curve)];
  const at = ([x, y]: Point) => `${scales.x.position(x)},${Math.max(scales.y.position(y), -1e4)}`;
  return (
    <>
      <polyline class="trail" points={line.map(at).join(" ")} />
      {behind.map(([x, y], index) => (
        <circle
          key={first + index}
          class="visited"
          cx={scales.x.position(x)}
          cy={scales.y.position(y)}
          r={3}
        />
      ))}
    </>
  );
}

/** The slope at the ball, as a tangent. */
function Tangent({ x, y, curve, scales }: { x: number; y: number; curve: Curve; scales: Scales }) {
  const across = scales.x.position(x + 1) - scales.x.position(x);
  const down = scales.y.position(y + curve.slope(x)) - scales.y.position(y);
  const length = Math.hypot(across, down) || 1;
  const [dx, dy] = [(across / length) * TANGENT, (down / length) * TANGENT];
  const [cx, cy] = [scales.x.position(x), scales.y.position(y)];
  return <line class="tangent" x1={cx - dx} y1={cy - dy} x2={cx + dx} y2={cy + dy} />;
}
