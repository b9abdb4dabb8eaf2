/** Every output is a weighted sum of all inputs: y = x·w + b. */
import { type Matrix, plain, transposed, type Workspace } from "../workspace";
import { type Layer, type Shape, sizeOf, type Weight } from "./layer";
import { addRows, exchange, repeat } from "./rows";

export class Dense implements Layer {
  readonly weights: readonly [kernel: Weight, bias: Weight];
  readonly output: Shape;
  readonly #inputs: number;
  readonly #y: Float32Array;
  readonly #back: Float32Array | null;
  /** The kernel with rows and columns exchanged. */
  readonly #turned: Float32Array | null;
  #x: Matrix | null = null;

  /**
   * @param most the largest number of images at once
   * @param first whether the inputs are pixels, which need no gradient
   */
  constructor(
    name: string,
    private readonly space: Workspace,
    input: Shape,
    neurons: number,
    most: number,
    first: boolean,
  ) {
    this.#inputs = sizeOf(input);
    this.output = { rows: 1, columns: 1, channels: neurons };
    const weight = (part: string, shape: readonly number[]): Weight => {
      const count = shape.reduce((product, side) => product * side, 1);
      return { name: `${name}/${part}`, shape, values: space.floats(count), gradient: space.floats(count) };
    };
    this.weights = [weight("kernel", [this.#inputs, neurons]), weight("bias", [neurons])];
    this.#y = space.floats(most * neurons);
    this.#back = first ? null : space.floats(most * this.#inputs);
    this.#turned = first ? null : space.floats(this.#inputs * neurons);
  }

  forward(inputs: Float32Array, count: number): Float32Array {
    const [kernel, bias] = this.weights;
    repeat(bias.values, this.#y, count);
    this.#x = { values: inputs, rows: count, columns: this.#inputs };
    this.space.multiply(plain(this.#x), this.#matrix(kernel.values), this.#rows(this.#y, count), true);
    return this.#y;
  }

  backward(gradient: Float32Array, count: number): Float32Array | null {
    if (!this.#x) throw new Error("backward before forward");
    const [kernel, bias] = this.weights;
    const neurons = this.output.channels;
    const rows = this.#rows(gradient, count);
    this.space.multiply(transposed(this.#x), rows, this.#matrix(kernel.gradient), true);
    addRows(gradient, bias.gradient, count);
    if (!this.#back || !this.#turned) return null;
    exchange(kernel.values, this.#turned, this.#inputs, neurons);
    const turned = { values: this.#turned, rows: neurons, columns: this.#inputs };
    this.space.multiply(plain(rows), turned, { values: this.#back, rows: count, columns: this.#inputs });
    return this.#back;
  }

  #matrix(values: Float32Array): Matrix {
    return { values, rows: this.#inputs, columns: this.output.channels };
  }

  #rows(values: Float32Array, count: number): Matrix {
    return { values, rows: count, columns: this.output.channels };
  }
}
