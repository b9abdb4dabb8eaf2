/**
 * A small window slides over a picture; at each place, every filter is a weighted sum of what the window holds.
 *
 * The windows of a row of places are the rows of a matrix that overlap in the picture, so a row of outputs is a product
 * of matrices. The gradient of the picture is a convolution too: of the outputs' gradient, with a border of zeros, and
 * the filters turned around.
 */
import type { Layout, Matrix, Workspace } from "../workspace";
import { type Layer, type Shape, sizeOf, type Weight } from "./layer";
import { addRows, repeat } from "./rows";

export class Convolution implements Layer {
  readonly weights: readonly [kernel: Weight, bias: Weight];
  readonly output: Shape;
  readonly #y: Float32Array;
  /** Kept for the gradient of the inputs; null if they are pixels. */
  readonly #back: { values: Float32Array; bordered: Float32Array; turned: Float32Array } | null;
  #inputs: Float32Array | null = null;

  /**
   * @param side of the window, in pixels
   * @param most the largest number of images at once
   * @param first whether the inputs are pixels, which need no gradient
   */
  constructor(
    name: string,
    private readonly space: Workspace,
    private readonly input: Shape,
    filters: number,
    private readonly side: number,
    most: number,
    first: boolean,
  ) {
    this.output = { rows: input.rows - side + 1, columns: input.columns - side + 1, channels: filters };
    const kernel = side * side * input.channels * filters;
    const weight = (part: string, shape: readonly number[], count: number): Weight => ({
      name: `${name}/${part}`,
      shape,
      values: space.floats(count),
      gradient: space.floats(count),
    });
    this.weights = [
      weight("kernel", [side, side, input.channels, filters], kernel),
      weight("bias", [filters], filters),
    ];
    this.#y = space.floats(most * sizeOf(this.output));
    this.#back = first
      ? null
      : {
          values: space.floats(most * sizeOf(input)),
          bordered: space.floats(sizeOf(bordered(this.output, side))),
          turned: space.floats(kernel),
        };
  }

  forward(inputs: Float32Array, count: number): Float32Array {
    const [kernel, bias] = this.weights;
    this.#inputs = inputs;
    repeat(bias.values, this.#y, count * this.output.rows * this.output.columns);
    for (let image = 0; image < count; image++) {
      this.#slide(
        ofImage(inputs, this.input, image),
        this.input,
        kernel.values,
        this.output,
        ofImage(this.#y, this.output, image),
      );
    }
    return this.#y;
  }

  backward(gradient: Float32Array, count: number): Float32Array | null {
    const [kernel, bias] = this.weights;
    addRows(gradient, bias.gradient, count * this.output.rows * this.output.columns);
    if (this.#back) turnAround(kernel, this.#back.turned);
    for (let image = 0; image < count; image++) {
      const ofOutputs = ofImage(gradient, this.output, image);
      this.#addToKernel(ofOutputs, image);
      if (!this.#back) continue;
      const frame = bordered(this.output, this.side);
      putInside(ofOutputs, this.output, this.#back.bordered, frame);
      const ofInputs = ofImage(this.#back.values, this.input, image).fill(0);
      this.#slide(this.#back.bordered, frame, this.#back.turned, this.input, ofInputs);
    }
    return this.#back?.values ?? null;
  }

  /** Add the products of a picture's windows with a kernel to the outputs, a row at a time. */
  #slide(picture: Float32Array, shape: Shape, kernel: Float32Array, output: Shape, sums: Float32Array): void {
    const [line, run] = [shape.columns * shape.channels, output.columns * output.channels];
    const filters: Matrix = {
      values: kernel,
      rows: this.side * this.side * shape.channels,
      columns: output.channels,
    };
    for (let row = 0; row < output.rows; row++) {
      const windows: Layout = {
        values: picture.subarray(row * line),
        rows: output.columns,
        lines: this.side,
        columns: this.side * shape.channels,
        apart: { row: shape.channels, line, column: 1 },
      };
      const into = { values: sums.subarray(row * run), rows: output.columns, columns: output.channels };
      this.space.multiply(windows, filters, into, true);
    }
  }

  /** A line of the kernel has met every place: its gradient is the sum over places of pixel times gradient. */
  #addToKernel(gradient: Float32Array, image: number): void {
    if (!this.#inputs) throw new Error("backward before forward");
    const [kernel] = this.weights;
    const { columns, channels } = this.input;
    const picture = ofImage(this.#inputs, this.input, image);
    const run = this.side * channels;
    const filters = this.output.channels;
    const windows = { values: gradient, rows: this.output.rows * this.output.columns, columns: filters };
    for (let line = 0; line < this.side; line++) {
      const met: Layout = {
        values: picture.subarray(line * columns * channels),
        rows: run,
        lines: this.output.rows,
        columns: this.output.columns,
        apart: { row: 1, line: columns * channels, column: channels },
      };
      const into = { values: kernel.gradient.subarray(line * run * filters), rows: run, columns: filters };
      this.space.multiply(met, windows, into, true);
    }
  }
}

function ofImage(values: Float32Array, shape: Shape, image: number): Float32Array {
  return values.subarray(image * sizeOf(shape), (image + 1) * sizeOf(shape));
}

/** The shape with a border on every side, so wide that a window can touch the first pixel with its last. */
function bordered({ rows, columns, channels }: Shape, side: number): Shape {
  return { rows: rows + 2 * (side - 1), columns: columns + 2 * (side - 1), channels };
}

/** Copy a picture into the middle of a frame, whose border stays 0. */
function putInside(picture: Float32Array, shape: Shape, frame: Float32Array, outer: Shape): void {
  const border = (outer.columns - shape.columns) / 2;
  const run = shape.columns * shape.channels;
  for (let row = 0; row < shape.rows; row++) {
    const to = ((row + border) * outer.columns + border) * shape.channels;
    frame.set(picture.subarray(row * run, (row + 1) * run), to);
  }
}

/** The kernel by half a turn, with inputs and outputs exchanged. */
function turnAround({ values, shape }: Weight, turned: Float32Array): void {
  const [rows = 0, columns = 0, came = 0, goes = 0] = shape;
  for (let index = 0; index < rows * columns; index++) {
    const opposite = rows * columns - 1 - index;
    for (let from = 0; from < came; from++) {
      for (let to = 0; to < goes; to++) {
        turned[(opposite * goes + to) * came + from] = values[(index * came + from) * goes + to] as number;
      }
    }
  }
}
