/** Keep the largest of every 2 by 2 values: the picture is a quarter of the size, and small shifts matter less. */
import type { Workspace } from "../workspace";
import { type Layer, type Shape, sizeOf } from "./layer";

export class Pooling implements Layer {
  readonly weights = [];
  readonly output: Shape;
  readonly #y: Float32Array;
  readonly #back: Float32Array;
  /** For each output, the index of the input that was the largest. */
  readonly #chosen: Int32Array;

  constructor(
    space: Workspace,
    private readonly input: Shape,
    most: number,
  ) {
    const { rows, columns, channels } = input;
    this.output = { rows: rows >> 1, columns: columns >> 1, channels };
    this.#y = space.floats(most * sizeOf(this.output));
    this.#back = space.floats(most * sizeOf(input));
    this.#chosen = new Int32Array(most * sizeOf(this.output));
  }

  forward(inputs: Float32Array, count: number): Float32Array {
    const [y, chosen] = [this.#y, this.#chosen];
    const { rows, columns, channels } = this.output;
    const right = channels;
    const below = this.input.columns * channels;
    const size = sizeOf(this.input);
    let to = 0;
    for (let image = 0; image < count; image++) {
      for (let row = 0; row < rows; row++) {
        let from = image * size + 2 * row * below;
        for (let column = 0; column < columns; column++) {
          for (let channel = 0; channel < channels; channel++, from++, to++) {
            let best = from;
            if ((inputs[from + right] as number) > (inputs[best] as number)) best = from + right;
            if ((inputs[from + below] as number) > (inputs[best] as number)) best = from + below;
            if ((inputs[from + below + right] as number) > (inputs[best] as number))
              best = from + below + right;
            y[to] = inputs[best] as number;
            chosen[to] = best;
          }
          from += channels;
        }
      }
    }
    return y;
  }

  backward(gradient: Float32Array, count: number): Float32Array {
    const chosen = this.#chosen;
    const back = this.#back.fill(0, 0, count * sizeOf(this.input));
    const values = count * sizeOf(this.output);
    for (let index = 0; index < values; index++) back[chosen[index] as number] = gradient[index] as number;
    return back;
  }
}
