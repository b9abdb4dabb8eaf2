/** The hidden layer: points that no line separates, and what a few neurons do about it. */
import { useEffect, useRef, useState } from "preact/hooks";
import { oneOf, parameter } from "../../address";
import { say } from "../../sentences/say";
import { Button, Choices } from "../../shared/controls";
import { Pixels } from "../../shared/pixels";
import { ViewLink } from "../../shell/view-link";
import { fixed, percent, whole } from "../format";
import { StepFrame } from "../frame/step-frame";
import { knob, Slider, still, wholeIn } from "../slider";
import { dotsOf, GRID, SHAPES, type ShapeName, Toy } from "../toy";
import "./hidden.css";

const AT_ONCE = 10; // steps between two frames
const MOST = 4000; // steps
const TRIED = 500; // steps after which it shows what three neurons make of the ring

const shape = parameter<ShapeName>("points", "ring", oneOf(SHAPES));
const neurons = knob("neurons", 4, wholeIn(0, 12));
const seed = parameter("toy-seed", 1, wholeIn(0, 999));

export function HiddenStep() {
  const { toy, running, toggle, restart } = useToy(shape.value, neurons.value, seed.value);
  const { loss, accuracy } = toy.judge();
  return (
    <StepFrame
      name="hidden"
      guesses={["1", "2", "3"]}
      isTried={shape.value === "ring" && neurons.value === 3 && toy.steps >= TRIED}
    >
      <Choices
        name="points"
        label={say("learn.hidden.points")}
        values={SHAPES}
        knob={shape}
        write={(name) => say(`learn.hidden.points.${name}`)}
      />
      <div class="hidden-row">
        <ToyMap
          toy={toy}
          steps={toy.steps}
          label={say("learn.hidden.map", percent(accuracy, 0), whole(toy.steps))}
        />
        <div class="stack">
          <Slider
            label={say("learn.hidden.neurons")}
            knob={neurons}
            max={12}
            hint={say(neurons.value === 0 ? "learn.hidden.none" : "learn.hidden.lines")}
          />
          <div class="buttons">
            <Button
              look="primary"
              label={say(running ? "learn.rate.pause" : "learn.train")}
              onClick={toggle}
              disabled={!running && toy.steps >= MOST}
            />
            <Button
              look="plain"
              label={say("learn.hidden.again")}
              onClick={() => {
                seed.set((seed.value + 1) % 1000);
                restart();
              }}
            />
          </div>
          <p class="numbers" role="status">
            {say("learn.hidden.state", whole(toy.steps), fixed(loss, 3), percent(accuracy, 0))}
          </p>
          <p>
            <ViewLink view="learn" parameters={{ step: "train", network: "mlp" }}>
              {say("learn.hidden.mnist")}
            </ViewLink>
          </p>
        </div>
      </div>
    </StepFrame>
  );
}

/** A network that is rebuilt when a knob changes, and its training. */
function useToy(name: ShapeName, count: number, seed: number) {
  const key = `${name} ${count} ${seed}`;
  const held = useRef<{ key: string; toy: Toy } | null>(null);
  if (held.current?.key !== key) held.current = { key, toy: new Toy(dotsOf(name), count, seed) };
  const { toy } = held.current;
  const [running, setRunning] = useState(false);
  const [, draw] = useState(0);
  useEffect(() => {
    if (!running) return;
    const train = () => {
      // with reduced motion, show the end only
      const steps = still.matches ? MOST : AT_ONCE;
      for (let step = 0; step < steps && toy.steps < MOST; step++) toy.step();
      draw((drawn) => drawn + 1);
      if (toy.steps >= MOST) setRunning(false);
      else frame = requestAnimationFrame(train);
    };
    let frame = requestAnimationFrame(train);
    return () => cancelAnimationFrame(frame);
  }, [running, toy]);
  return { toy, running, toggle: () => setRunning(!running), restart: () => setRunning(false) };
}

const SIDE = 200; // of the drawing, in its own units

interface Properties {
  toy: Toy;
  /** Steps taken: the drawing changes with them. */
  steps: number;
  label: string;
}

/** The answers of a small network everywhere in the square, with the points and its neurons' lines over it. */
function ToyMap({ toy, steps, label }: Properties) {
  const values = useMap(toy, steps);
  const pixel = (value: number) => ((value + 1) / 2) * SIDE;
  return (
    <div class="toy-map" role="img" aria-label={label}>
      <Pixels values={values} side={GRID} palette="signed" full={1.4} />
      <svg class="cover" viewBox={`0 0 ${SIDE} ${SIDE}`} aria-hidden="true">
        {toy.lines().map((line, neuron) => (
          <path key={neuron} class="neuron" d={path(line, pixel)} />
        ))}
        {toy.dots.map(({ x, y, colour }) => (
          <circle key={`${x} ${y}`} class={colour ? "one" : "zero"} cx={pixel(x)} cy={pixel(-y)} r={2.6} />
        ))}
      </svg>
    </div>
  );
}

/** Answers from -1 to 1, computed once for each state. */
function useMap(toy: Toy, steps: number): number[] {
  const held = useRef<{ toy: Toy; steps: number; values: number[] } | null>(null);
  if (held.current?.toy !== toy || held.current.steps !== steps) {
    held.current = { toy, steps, values: toy.map().map((answer) => 2 * answer - 1) };
  }
  return held.current.values;
}

/** The part of a line that crosses the square. */
function path({ a, b, c }: { a: number; b: number; c: number }, pixel: (value: number) => number): string {
  const size = Math.hypot(a, b) || 1;
  const [x, y] = [(-a * c) / size ** 2, (-b * c) / size ** 2];
  const [dx, dy] = [(-3 * b) / size, (3 * a) / size];
  const point = (side: number) => `${pixel(x + side * dx).toFixed(1)} ${pixel(-(y + side * dy)).toFixed(1)}`;
  return `M${point(-1)}L${point(1)}`;
}
