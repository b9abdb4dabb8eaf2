/** Step 6: the learning rate, on curves to descend and on the loss of a real network. */

import { numberIn, oneOf, parameter } from "../../address";
import { say } from "../../sentences/say";
import { Choices } from "../../shared/choices";
import { brief, fixed } from "../format";
import { StepFrame } from "../frame/step-frame";
import { knob } from "../knob";
import { Slider, StopSlider } from "../slider";
import { CURVES, type CurveName, curves } from "./curves";
import { RateChart } from "./rate-chart";
import { RealLoss } from "./real/real-loss";
import { useWalk, WalkButtons, type Walking } from "./use-walk";
import { isOver, last, runsOn, stepOn, verdictOn, type Walk } from "./walk";
import "./rate.css";

const RATES = [
  0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.05, 1.1, 1.2,
];
const PACE = 450; // milliseconds from step to step
const FIGURES = 4; // of the numbers in the list
const SHOWN = 4; // past steps in the list

const rate = knob("slope-rate", 0.3, numberIn(0.001, 1.2));
const GROUNDS = [...CURVES, "real"] as const;
const curve = parameter<(typeof GROUNDS)[number]>("curve", "bowl", oneOf(GROUNDS));
const start = knob("start", 4, numberIn(-4, 4));

export function RateStep() {
  const name = curve.value === "real" ? "bowl" : curve.value;
  const walking = useWalk({
    from: start.value,
    knobs: `${name} ${start.value} ${rate.value}`,
    pace: PACE,
    onward: (walk) => stepOn(walk, curves[name], rate.value),
    runsOn: (walk) => runsOn(walk, curves[name]),
  });
  return (
    <StepFrame name="rate" isTried={curve.value === "bowl" && rate.value === 1.1 && walking.walk.length > 5}>
      <div class={`rate ${curve.value === "real" ? "real" : ""}`}>
        <CurveChoice />
        {curve.value === "real" ? <RealLoss /> : <OnCurve name={name} walking={walking} />}
      </div>
    </StepFrame>
  );
}

function OnCurve({ name, walking }: { name: CurveName; walking: Walking<number> }) {
  const { walk } = walking;
  const verdict = verdictOn(walk, curves[name]);
  const x = last(walk);
  return (
    <>
      <RateChart name={name} walk={walk} />
      <p class="rate-verdict" role="status">
        {say(`learn.rate.${verdict}`, walk.length - 1, brief(x))}
      </p>
      <div class="rate-knobs">
        <StopSlider label={say("learn.rate.rate")} knob={rate} stops={RATES} />
        <Slider
          label={say("learn.rate.start")}
          knob={start}
          min={-4}
          max={4}
          step={0.5}
          origin={0}
          written={`x = ${fixed(start.value, 1)}`}
        />
        <WalkButtons {...walking} isOver={isOver(verdict)} />
      </div>
      <Steps name={name} walk={walk} />
    </>
  );
}

function CurveChoice() {
  return (
    <Choices
      name="curve"
      label={say("learn.rate.curve")}
      isLabelHidden
      values={GROUNDS}
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
