/** The answers of a small network everywhere in the square, with the points and its neurons' lines over it. */
import { useRef } from "preact/hooks";
import { Pixels } from "../../shared/pixels";
import { GRID, type Toy } from "./toy";

const SIDE = 200; // of the drawing, in its own units

interface Properties {
  toy: Toy;
  /** Steps taken: the drawing changes with them. */
  steps: number;
  label: string;
}

export function ToyMap({ toy, steps, label }: Properties) {
  const values = useMap(toy, steps);
  const pixel = (value: number) => ((value + 1) / 2) * SIDE;
  return (
    <div class="toy-map" role="img" aria-label={label}>
      <Pixels values={values} side={GRID} palette="signed" full={1.4} />
      <svg viewBox={`0 0 ${SIDE} ${SIDE}`} aria-hidden="true">
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
