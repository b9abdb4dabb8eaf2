/** The interface of every layer: forward from inputs to outputs, and back from gradients to gradients. */
import { type Layout, type Matrix, plain, transposed, type Workspace } from "./workspace";

/** Numbers that training changes, and the gradient of the loss for each of them. */
export interface Weight {
  /** As Keras names it, such as "hidden/kernel". */
  name: string;
  /** As Keras orders it: (in, out), (rows, columns, in, out) or (out). */
  shape: readonly number[];
  values: Float32Array;
  /** Added to by `backward`, until it is set to 0. */
  gradient: Float32Array;
}

/** Rows, columns and channels of an image at some point in the network. */
export interface Shape {
  rows: number;
  columns: number;
  channels: number;
}

export interface Layer {
  readonly weights: readonly Weight[];
  readonly output: Shape;
  /** From the values of `count` images, one image after the other, to the layer's outputs for them. */
  forward(inputs: Float32Array, count: number): Float32Array;
  /**
   * From the gradient of the outputs that `forward` last returned to the gradient of its inputs; the gradients of the
   * weights are added up on the way. Returns null for a layer that comes first, whose inputs are pixels.
   */
  backward(gradient: Float32Array, count: number): Float32Array | null;
}

export function sizeOf({ rows, columns, channels }: Shape): number {
  return rows * columns * channels;
}

function weightOf(space: Workspace, name: string, shape: readonly number[]): Weight {
  const count = shape.reduce((product, side) => product * side, 1);
  return { name, shape, values: space.floats(count), gradient: space.floats(count) };
}

/** Copy a matrix with its rows and columns exchanged. */
function exchange(from: Float32Array, to: Float32Array, rows: number, columns: number): void {
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      to[column * rows + row] = from[row * columns + column] as number;
    }
  }
}

/** Write the same row again and again: twice as many each time, which is quicker than one by one. */
function repeat(row: Float32Array, to: Float32Array, times: number): void {
  const end = times * row.length;
  to.set(row);
  for (let done = row.length; done < end; done *= 2) to.copyWithin(done, 0, Math.min(done, end - done));
}

/** Add all rows to `sum`. */
function addRows(values: Float32Array, sum: Float32Array, rows: number): void {
  const columns = sum.length;
  for (let row = 0, index = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, index++) {
      sum[column] = (sum[column] as number) + (values[index] as number);
    }
  }
}

/** Every output is a weighted sum of all inputs: y = x·w + b. */
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
    this.weights = [
      weightOf(space, `${name}/kernel`, [this.#inputs, neurons]),
      weightOf(space, `${name}/bias`, [neurons]),
    ];
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

/** Negative values become 0. Without it, two layers in a row could do no more than one. */
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

/** Keep the largest of every 2 by 2 values: the picture is a quarter of the size, and small shifts matter less. */
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

/**
 * A small window slides over a picture; at each place, every filter is a weighted sum of what the window holds.
 *
 * The windows of a row of places are the rows of a matrix that overlap in the picture, so a row of outputs is a product
 * of matrices. The gradient of the picture is a convolution too: of the outputs' gradient, with a border of zeros, and
 * the filters turned around.
 */
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
    const kernel = weightOf(space, `${name}/kernel`, [side, side, input.channels, filters]);
    this.weights = [kernel, weightOf(space, `${name}/bias`, [filters])];
    this.#y = space.floats(most * sizeOf(this.output));
    this.#back = first
      ? null
      : {
          values: space.floats(most * sizeOf(input)),
          bordered: space.floats(sizeOf(bordered(this.output, side))),
          turned: space.floats(kernel.values.length),
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
