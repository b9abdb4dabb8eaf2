/** Batch normalisation after training: each channel times a number, plus another. */
import type { Layer, Shape, Weight } from "../../networks/layers/layer";
import { sizeOf } from "../../networks/layers/layer";
import type { Workspace } from "../../networks/workspace";

export class Normalisation implements Layer {
  readonly weights: readonly [scale: Weight, shift: Weight];
  readonly #y: Float32Array;
  readonly #back: Float32Array;
  #x: Float32Array = new Float32Array();

  /** @param output the shape of the inputs too */
  constructor(
    name: string,
    space: Workspace,
    readonly output: Shape,
    most: number,
  ) {
    const { channels } = output;
    const weight = (part: string): Weight => ({
      name: `${name}/${part}`,
      shape: [channels],
      values: space.floats(channels),
      gradient: space.floats(channels),
    });
    this.weights = [weight("scale"), weight("shift")];
    this.#y = space.floats(most * sizeOf(output));
    this.#back = space.floats(most * sizeOf(output));
  }

  forward(inputs: Float32Array, count: number): Float32Array {
    const [{ values: scale }, { values: shift }] = this.weights;
    this.#x = inputs;
    for (let index = 0; index < count * sizeOf(this.output); index++) {
      const channel = index % scale.length;
      this.#y[index] = (inputs[index] as number) * (scale[channel] as number) + (shift[channel] as number);
    }
    return this.#y;
  }

  backward(gradient: Float32Array, count: number): Float32Array {
    const [scale, shift] = this.weights;
    for (let index = 0; index < count * sizeOf(this.output); index++) {
      const channel = index % scale.values.length;
      const slope = gradient[index] as number;
      scale.gradient[channel] = (scale.gradient[channel] as number) + slope * (this.#x[index] as number);
      shift.gradient[channel] = (shift.gradient[channel] as number) + slope;
      this.#back[index] = slope * (scale.values[channel] as number);
    }
    return this.#back;
  }
}
