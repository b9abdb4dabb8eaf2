/** Step 6: the learning rate, on two curves to descend. */
import { useEffect, useState } from "preact/hooks";
import { numberIn, oneOf, parameter } from "../../address";
import { say } from "../../sentences/say";
import { Button, Choices } from "../../shared/controls";
import { LineChart, type Point, type Scales } from "../chart/line-chart";
import {
  CURVES,
  type Curve,
  type CurveName,
  curves,
  isOver,
  last,
  reach,
  runsOn,
  stepOn,
  verdictOn,
  type Walk,
} from "../descent";
import { brief, fixed } from "../format";
import { StepFrame } from "../frame/step-frame";
import { knob, Slider, StopSlider, useTween } from "../slider";
import "./rate.css";

const RATES = [
  0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.05, 1.1, 1.2,
];
const PACE = 450; // milliseconds from step to step
const FIGURES = 4; // of the numbers in the list
const SHOWN = 4; // past steps in the list

const rate = knob("slope-rate", 0.3, numberIn(0.001, 1.2));
const curve = parameter<CurveName>("curve", "bowl", oneOf(CURVES));
const start = knob("start", 4, numberIn(-4, 4));

export function RateStep() {
  const name = curve.value;
  const knobs = `${name} ${start.value} ${rate.value}`;
  const begun = { knobs, walk: [start.value] as Walk, running: false };
  const [state, setState] = useState(begun);
  // a turned knob starts over
  const { walk, running } = state.knobs === knobs ? state : begun;
  const verdict = verdictOn(walk, curves[name]);
  const go = (isRunning: boolean) => {
    const longer = stepOn(walk, curves[name], rate.value);
    setState({ knobs, walk: longer, running: isRunning && runsOn(longer, curves[name]) });
  };
  useEffect(() => {
    if (!running) return;
    const timer = setTimeout(() => go(true), PACE);
    return () => clearTimeout(timer);
  }, [running, walk, knobs]);
  return (
    <StepFrame name="rate" isTried={name === "bowl" && rate.value === 1.1 && walk.length > 5}>
      <div class="rate">
        <CurveChoice />
        <RateChart name={name} walk={walk} />
        <p class="rate-verdict" role="status">
          {say(`learn.rate.${verdict}`, walk.length - 1, brief(last(walk)))}
        </p>
        <div class="rate-knobs">
          <StopSlider label={say("learn.rate")} knob={rate} stops={RATES} />
          <Slider
            label={say("learn.rate.start")}
            knob={start}
            min={-4}
            max={4}
            step={0.5}
            origin={0}
            written={`x = ${fixed(start.value, 1)}`}
          />
          <div class="buttons">
            <Button label={say("learn.rate.step")} disabled={isOver(verdict)} onClick={() => go(false)} />
            <Button
              look="primary"
              label={say(running ? "learn.rate.pause" : "learn.rate.run")}
              disabled={isOver(verdict) && !running}
              onClick={() => (running ? setState({ knobs, walk, running: false }) : go(true))}
            />
            <Button
              look="plain"
              label={say("learn.rate.restart")}
              disabled={walk.length === 1}
              onClick={() => setState(begun)}
            />
          </div>
        </div>
        <Steps name={name} walk={walk} />
      </div>
    </StepFrame>
  );
}

function CurveChoice() {
  return (
    <Choices
      name="curve"
      label={say("learn.rate.curve")}
      isLabelHidden
      values={CURVES}
      knob={curve}
      write={(name) => say(`learn.rate.curve.${name}`)}
    />
  );
}

/** The last steps, each as a formula with numbers. */
function Steps({ name, walk }: { name: CurveName; walk: Walk }) {
  const slope = curves[name].slope;
  const sumOf = (x: number) => `${brief(x, FIGURES)} − ${rate.value} × ${signed(slope(x))}`;
  const taken = walk.slice(0, -1).map((x, index) => ({ index, x, next: walk[index + 1] ?? x }));
  return (
    <div class="rate-steps">
      <p class="rate-rule">{say("learn.rate.rule")}</p>
      <ol class="numbers" start={Math.max(taken.length - SHOWN, 0) + 1} aria-label={say("learn.rate.steps")}>
        {taken.slice(-SHOWN).map(({ index, x, next }) => (
          <li key={index}>
            <span class="quiet">{index + 1}</span> x ← {sumOf(x)} = <b>{brief(next, FIGURES)}</b>
          </li>
        ))}
        {!isOver(verdictOn(walk, curves[name])) && (
          <li key={taken.length} class="quiet">
            <span class="quiet">{taken.length + 1}</span> x ← {sumOf(last(walk))} = ?
          </li>
        )}
      </ol>
    </div>
  );
}

function signed(value: number): string {
  return value < 0 ? `(${brief(value, FIGURES)})` : brief(value, FIGURES);
}

const HOP = 320; // milliseconds
const TANGENT = 70; // pixels to each side of the ball
const SEEN = 40; // past points of the walk to draw

/** The curve, the path taken, the slope at the ball, and the ball. */
function RateChart({ name, walk }: { name: CurveName; walk: Walk }) {
  const curve = curves[name];
  const wide = useTween(reach(walk, name), 500);
  const walked = useTween(walk.length - 1, HOP, false);
  const here = ballAt(walk, walked, curve);
  return (
    <LineChart
      label={say("learn.rate.chart", walk.length - 1, brief(walk.at(-1) ?? 0))}
      lines={[{ key: name, points: pointsOf(curve, wide) }]}
      x={{ least: -wide, most: wide, name: "x", ticks: 6 }}
      y={{ least: -wide * wide * 0.05, most: wide * wide, name: say("learn.loss.axis.loss") }}
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
