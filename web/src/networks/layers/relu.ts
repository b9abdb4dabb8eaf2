/** Negative values become 0. Without it, two layers in a row could do no more than one. */
import type { Workspace } from "../workspace";
import { type Layer, type Shape, sizeOf } from "./layer";

export class Relu implements Layer {
  readonly weights = [];
  readonly output: Shape;
  readonly #y: Float32Array;
  readonly #back: Float32Array;

  constructor(space: Workspace, input: Shape, most: number) {
    this.output = input;
    this.#y = space.floats(most * sizeOf(input));
    this.#back = space.floats(most * sizeOf(input));
  }

  forward(inputs: Float32Array, count: number): Float32Array {
    const y = this.#y;
    const values = count * sizeOf(this.output);
    for (let index = 0; index < values; index++) {
      y[index] = Math.max(inputs[index] as number, 0);
    }
    return y;
  }

  backward(gradient: Float32Array, count: number): Float32Array {
    const [y, back] = [this.#y, this.#back];
    const values = count * sizeOf(this.output);
    for (let index = 0; index < values; index++) {
      back[index] = (y[index] as number) > 0 ? (gradient[index] as number) : 0;
    }
    return back;
  }
}
