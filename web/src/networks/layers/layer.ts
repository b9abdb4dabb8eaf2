/** The interface of every layer: forward from inputs to outputs, and back from gradients to gradients. */

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
