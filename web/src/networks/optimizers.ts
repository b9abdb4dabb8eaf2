/** How a gradient changes the weights: plain gradient descent, and Adam (Kingma and Ba, 2015). */
import { ADAM_S_EPSILON, FIRST_RATE, LAST_RATE } from "../generated/networks";
import type { Weight } from "./layers/layer";
import type { Settings } from "./training/settings";

export interface Optimizer {
  /** Changes the weights by one step, numbered from 0. */
  take(step: number): void;
  /** Its state between steps. */
  readonly memory: readonly Float32Array[];
}

export function optimizerOf(settings: Settings, weights: readonly Weight[]): Optimizer {
  const rate = (step: number) => rateAt(settings, step);
  return settings.optimizer === "adam" ? adam(settings, weights, rate) : descend(weights, rate);
}

/** The learning rate: constant, or a linear rise and then half a cosine down (after Smith, 2018). */
function rateAt({ schedule, learning_rate, steps, warm_up }: Settings, step: number): number {
  if (schedule === "constant") return learning_rate;
  const progress = (step + 0.5) / steps;
  if (progress < warm_up) return learning_rate * (FIRST_RATE + ((1 - FIRST_RATE) * progress) / warm_up);
  const fallen = Math.min((progress - warm_up) / (1 - warm_up), 1);
  return learning_rate * (LAST_RATE + (1 - LAST_RATE) * 0.5 * (1 + Math.cos(Math.PI * fallen)));
}

function descend(weights: readonly Weight[], rateAt: (step: number) => number): Optimizer {
  const take = (step: number) => {
    const rate = rateAt(step);
    for (const { values, gradient } of weights) {
      for (let index = 0; index < values.length; index++) {
        values[index] = (values[index] as number) - rate * (gradient[index] as number);
      }
    }
  };
  return { take, memory: [] };
}

/** Each weight gets a step length of its own: the average gradient, divided by how large gradients usually are. */
function adam(settings: Settings, weights: readonly Weight[], rateAt: (step: number) => number): Optimizer {
  const { beta_1, beta_2 } = settings;
  const kept = weights.map(({ values }) => ({
    mean: new Float32Array(values.length),
    square: new Float32Array(values.length),
  }));
  const take = (step: number) => {
    const unbiased = Math.sqrt(1 - beta_2 ** (step + 1)) / (1 - beta_1 ** (step + 1));
    const rate = rateAt(step) * unbiased;
    weights.forEach(({ values, gradient }, index) => {
      const { mean, square } = kept[index] as (typeof kept)[number];
      for (let index = 0; index < values.length; index++) {
        const slope = gradient[index] as number;
        const m = (mean[index] as number) + (slope - (mean[index] as number)) * (1 - beta_1);
        const v = (square[index] as number) + (slope * slope - (square[index] as number)) * (1 - beta_2);
        mean[index] = m;
        square[index] = v;
        values[index] = (values[index] as number) - (rate * m) / (Math.sqrt(v) + ADAM_S_EPSILON);
      }
    });
  };
  return { take, memory: kept.flatMap(({ mean, square }) => [mean, square]) };
}
