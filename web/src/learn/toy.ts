/** A network with two inputs and a hidden layer learns which of two colours a point has. */
import { Dense, type Layer, Relu } from "../networks/layers";
import { RandomGenerator } from "../networks/random";
import { Workspace } from "../networks/workspace";

export const SHAPES = ["line", "corners", "ring", "moons"] as const;
export type ShapeName = (typeof SHAPES)[number];

/** A point in the square from -1 to 1, and its colour, 0 or 1. */
interface Dot {
  x: number;
  y: number;
  colour: 0 | 1;
}

const COUNT = 160; // points
export const GRID = 40; // points along each side at which the answer is computed
const MOST = GRID * GRID; // points that go through the network at once
const NOISE = 0.06;
const RATE = 0.05;
const KEPT = 0.9; // fraction of the last step added to the next (momentum), to cross flat regions
const GAP = 0.08; // without points, between the colours

/** The points of a shape; the same each time. */
export function dotsOf(shape: ShapeName): Dot[] {
  const draws = new RandomGenerator([SHAPES.indexOf(shape), 18]);
  const signed = () => 2 * draws.double() - 1;
  const dots: Dot[] = [];
  while (dots.length < COUNT) {
    if (shape === "moons") {
      const colour = dots.length % 2 ? 1 : 0;
      const angle = Math.PI * draws.double();
      const [across, up] = colour ? [0.275, 0.12] : [-0.275, -0.12];
      const side = colour ? -1 : 1;
      const [x, y] = [
        across + 0.55 * Math.cos(angle) + NOISE * signed(),
        up + side * 0.6 * Math.sin(angle) + NOISE * signed(),
      ];
      dots.push({ x, y, colour });
      continue;
    }
    const [x, y] = [0.95 * signed(), 0.95 * signed()];
    const above = { line: 0.6 * x + y, corners: 4 * x * y * 0.5, ring: 0.36 - x * x - y * y }[shape];
    if (Math.abs(above) > GAP) dots.push({ x, y, colour: above > 0 ? 1 : 0 });
  }
  return dots;
}

export class Toy {
  readonly #layers: readonly Layer[];
  readonly #inputs: Float32Array;
  readonly #gradient: Float32Array;
  /** The last change of each weight. */
  readonly #last: Float32Array[] = [];
  steps = 0;

  /** @param neurons in the hidden layer; 0 for none */
  constructor(
    readonly dots: readonly Dot[],
    readonly neurons: number,
    seed: number,
  ) {
    const space = new Workspace(4);
    const plane = { rows: 1, columns: 1, channels: 2 };
    this.#inputs = space.floats(2 * MOST);
    this.#gradient = space.floats(MOST);
    const hidden = neurons ? new Dense("hidden", space, plane, neurons, MOST, true) : null;
    const relu = hidden && new Relu(space, hidden.output, MOST);
    const output = new Dense("output", space, relu?.output ?? plane, 1, MOST, relu === null);
    this.#layers = [...(hidden && relu ? [hidden, relu] : []), output];
    const draws = new RandomGenerator([seed, 2]);
    for (const { values } of this.#layers.flatMap(({ weights }) => weights)) {
      values.set(values.map(() => 2 * draws.double() - 1));
    }
  }

  /** The probability of colour 1 at each point. */
  answers(points: readonly { x: number; y: number }[]): number[] {
    points.forEach(({ x, y }, index) => {
      this.#inputs.set([x, y], 2 * index);
    });
    let values = this.#inputs;
    for (const layer of this.#layers) values = layer.forward(values, points.length);
    return Array.from(values.subarray(0, points.length), (score) => 1 / (1 + Math.exp(-score)));
  }

  /** One step of gradient descent on all points; returns the cross-entropy before it. */
  step(): number {
    const n = this.dots.length;
    const answers = this.answers(this.dots);
    const loss = this.#loss(answers);
    this.dots.forEach(({ colour }, index) => {
      this.#gradient[index] = ((answers[index] ?? 0) - colour) / n;
    });
    const weights = this.#layers.flatMap((layer) => layer.weights);
    for (const { gradient } of weights) gradient.fill(0);
    let gradient: Float32Array | null = this.#gradient;
    for (const layer of [...this.#layers].reverse()) {
      if (gradient) gradient = layer.backward(gradient, n);
    }
    weights.forEach(({ values, gradient }, index) => {
      const last = this.#last[index] ?? new Float32Array(values.length);
      this.#last[index] = last;
      for (let index = 0; index < values.length; index++) {
        last[index] = KEPT * (last[index] ?? 0) - RATE * (gradient[index] ?? 0);
        values[index] = (values[index] ?? 0) + (last[index] ?? 0);
      }
    });
    this.steps++;
    return loss;
  }

  /** The cross-entropy, and the fraction of the points whose colour is answered. */
  judge(): { loss: number; accuracy: number } {
    const answers = this.answers(this.dots);
    const right = this.dots.filter(({ colour }, index) => Number((answers[index] ?? 0) > 0.5) === colour);
    return { loss: this.#loss(answers), accuracy: right.length / this.dots.length };
  }

  /** The answer at every point of the square, row by row from the top. */
  map(): number[] {
    const at = (index: number) => (2 * (index + 0.5)) / GRID - 1;
    return this.answers(
      Array.from({ length: GRID * GRID }, (_, index) => ({
        x: at(index % GRID),
        y: -at(Math.floor(index / GRID)),
      })),
    );
  }

  /** For each hidden neuron, the line a·x + b·y + c = 0 where it begins to answer. */
  lines(): { a: number; b: number; c: number }[] {
    const [kernel, bias] = this.#layers[0]?.weights ?? [];
    if (!kernel || !bias) return [];
    return Array.from({ length: Math.max(this.neurons, 1) }, (_, neuron) => ({
      a: kernel.values[neuron] ?? 0,
      b: kernel.values[Math.max(this.neurons, 1) + neuron] ?? 0,
      c: bias.values[neuron] ?? 0,
    }));
  }

  #loss(answers: readonly number[]): number {
    const losses = this.dots.map(({ colour }, index) => {
      const answer = answers[index] ?? 0;
      return -Math.log((colour ? answer : 1 - answer) + 1e-10);
    });
    return losses.reduce((sum, part) => sum + part, 0) / losses.length;
  }
}
