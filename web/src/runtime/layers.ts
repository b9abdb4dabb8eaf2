/** The layers of a network, each of which turns maps into maps, in the memory of a kernel. */
import type { Memory } from "./memory";

/**
 * The maps of a batch of images: channel after channel, in each image after image, row by row.
 *
 * `stride` is the distance of two channels in numbers: a multiple of 8, so that the last numbers of each may mean
 * nothing. A vector is a map of one pixel with as many channels.
 */
export interface Maps {
  at: number;
  channels: number;
  n: number;
  height: number;
  width: number;
  stride: number;
}

/** The last operation of a layer on each channel: times `scale`, plus `shift`, at least `low`. */
export interface Finish {
  scale: Float32Array | null;
  shift: Float32Array | null;
  low: number;
}

const TILE = { channels: 4, pixels: 8 };

export function roomFor(memory: Memory, channels: number, n: number, height: number, width: number): Maps {
  const stride = upTo(n * height * width, TILE.pixels);
  return { at: memory.take(upTo(channels, TILE.channels) * stride), channels, n, height, width, stride };
}

function upTo(size: number, step: number): number {
  return Math.ceil(size / step) * step;
}

/** Weights as the kernel takes them. */
export interface Kernel {
  weights: number;
  bias: number;
  channels: number;
  inputs: number;
  height: number;
  width: number;
}

/** How weights lie one after another: from one channel of the result to the next, and in its window. */
export interface Layout {
  channel: number;
  input: number;
  y: number;
  x: number;
}

/** Keep weights in the memory. */
export function kernelOf(
  memory: Memory,
  size: { channels: number; inputs: number; height: number; width: number },
  values: Float32Array,
  apart: Layout,
  { scale, shift }: Finish,
): Kernel {
  const { channels, inputs, height, width } = size;
  const terms = inputs * height * width;
  const rows = upTo(channels, TILE.channels);
  const [weights, bias] = [memory.take(rows * terms), memory.take(rows)];
  const floats = memory.floats;
  for (let channel = 0; channel < rows; channel++) {
    let to = weights / 4 + (channel - (channel % TILE.channels)) * terms + (channel % TILE.channels);
    const isOne = channel < channels;
    floats[bias / 4 + channel] = isOne ? (shift?.[channel] ?? 0) : 0;
    // the rows that fill the last group up are 0
    const by = isOne ? (scale?.[channel] ?? 1) : 0;
    const first = isOne ? channel * apart.channel : 0;
    for (let input = 0; input < inputs; input++)
      for (let y = 0; y < height; y++) {
        let from = first + input * apart.input + y * apart.y;
        for (let x = 0; x < width; x++, from += apart.x, to += TILE.channels)
          floats[to] = (values[from] as number) * by;
      }
  }
  return { weights, bias, ...size };
}

export interface Window {
  /** From one pixel of the result to the next: down, right. */
  strides: readonly [number, number];
  /** From one pixel of the window to the next. */
  dilations: readonly [number, number];
  /** Zeros around the image: top, left, bottom, right. */
  pads: readonly [number, number, number, number];
}

/** Slide a kernel over maps. */
export function convolve(memory: Memory, image: Maps, kernel: Kernel, window: Window, low: number): Maps {
  const { strides, dilations, pads } = window;
  const from = pads.some((pad) => pad > 0) ? padded(memory, image, pads) : image;
  const height = Math.floor((from.height - dilations[0] * (kernel.height - 1) - 1) / strides[0]) + 1;
  const width = Math.floor((from.width - dilations[1] * (kernel.width - 1) - 1) / strides[1]) + 1;
  const result = roomFor(memory, kernel.channels, from.n, height, width);
  const terms = kernel.inputs * kernel.height * kernel.width;
  const [offsets, starts] = [memory.take(terms), memory.take(result.stride)];
  const panel = memory.take(TILE.pixels * terms);
  const whole = memory.whole;
  let index = offsets / 4;
  for (let input = 0; input < kernel.inputs; input++)
    for (let y = 0; y < kernel.height; y++)
      for (let x = 0; x < kernel.width; x++)
        whole[index++] = 4 * (input * from.stride + y * dilations[0] * from.width + x * dilations[1]);
  index = starts / 4;
  for (let n = 0; n < from.n; n++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++)
        whole[index++] = 4 * ((n * from.height + y * strides[0]) * from.width + x * strides[1]);
  // what is computed beyond the last pixel means nothing; its place must not look like that of a neighbour
  whole.fill(0, index, starts / 4 + result.stride);
  memory.convolve(
    ...([from.at, offsets, terms, starts, result.stride, kernel.weights, kernel.bias] as const),
    ...([upTo(kernel.channels, TILE.channels), low, result.at, result.stride, panel] as const),
  );
  for (const block of [offsets, starts, panel]) memory.give(block);
  if (from !== image) memory.give(from.at);
  return result;
}

/** Put zeros around maps. */
function padded(memory: Memory, image: Maps, [top, left, bottom, right]: Window["pads"]): Maps {
  const { channels, n, height, width } = image;
  const result = roomFor(memory, channels, n, height + top + bottom, width + left + right);
  const floats = memory.floats;
  floats.fill(0, result.at / 4, result.at / 4 + channels * result.stride);
  for (let channel = 0; channel < channels; channel++)
    for (let imageIndex = 0; imageIndex < n; imageIndex++) {
      let from = image.at / 4 + channel * image.stride + imageIndex * height * width;
      let to = result.at / 4 + channel * result.stride + imageIndex * result.height * result.width;
      to += top * result.width + left;
      for (let y = 0; y < height; y++, from += width, to += result.width)
        floats.copyWithin(to, from, from + width);
    }
  return result;
}

/** Take the largest of each 2x2 pixels; an odd last row or column is left out. */
export function maxPool(memory: Memory, image: Maps, finish: Finish): Maps {
  const [height, width] = [image.height >> 1, image.width >> 1];
  const result = roomFor(memory, image.channels, image.n, height, width);
  const floats = memory.floats;
  for (let channel = 0; channel < image.channels; channel++) {
    const [scale, shift] = [finish.scale?.[channel] ?? 1, finish.shift?.[channel] ?? 0];
    let to = result.at / 4 + channel * result.stride;
    for (let row = 0; row < image.n * height; row++) {
      const y = Math.floor(row / height) * image.height + 2 * (row % height);
      let from = image.at / 4 + channel * image.stride + y * image.width;
      for (let x = 0; x < width; x++, from += 2) {
        const above = Math.max(floats[from] as number, floats[from + 1] as number);
        const below = floats[from + image.width] as number;
        const largest = Math.max(above, below, floats[from + image.width + 1] as number);
        floats[to++] = Math.max(largest * scale + shift, finish.low);
      }
    }
  }
  return result;
}

/** Scale and shift each channel. */
export function finished(memory: Memory, image: Maps, { scale, shift, low }: Finish): Maps {
  return eachChannel(memory, image, (floats, from, to, length, channel) => {
    const [by, plus] = [scale?.[channel] ?? 1, shift?.[channel] ?? 0];
    for (let index = 0; index < length; index++)
      floats[to + index] = Math.max((floats[from + index] as number) * by + plus, low);
  });
}

export function sigmoid(memory: Memory, image: Maps): Maps {
  return eachChannel(memory, image, (floats, from, to, length) => {
    for (let index = 0; index < length; index++)
      floats[to + index] = 1 / (1 + Math.exp(-(floats[from + index] as number)));
  });
}

function eachChannel(
  memory: Memory,
  image: Maps,
  change: (floats: Float32Array, from: number, to: number, length: number, channel: number) => void,
): Maps {
  const result = roomFor(memory, image.channels, image.n, image.height, image.width);
  for (let channel = 0; channel < image.channels; channel++) {
    const shift = channel * image.stride;
    change(memory.floats, image.at / 4 + shift, result.at / 4 + shift, image.stride, channel);
  }
  return result;
}

/**
 * Add maps up, and scale the sum.
 *
 * @throws Error if they differ in size, whether or not ONNX would repeat the smaller one
 */
export function sum(memory: Memory, images: readonly Maps[], scale: number): Maps {
  const [first, ...others] = images as [Maps, ...Maps[]];
  const sizeOf = ({ channels, n, height, width }: Maps) => [channels, n, height, width].join("x");
  const other = others.find((maps) => sizeOf(maps) !== sizeOf(first));
  if (other) throw new Error(`the graph adds maps of ${sizeOf(first)} and ${sizeOf(other)}`);
  const result = roomFor(memory, first.channels, first.n, first.height, first.width);
  const [floats, to, count] = [memory.floats, result.at / 4, first.channels * first.stride];
  floats.copyWithin(to, first.at / 4, first.at / 4 + count);
  for (const { at } of others) {
    const from = at / 4;
    for (let index = 0; index < count; index++)
      floats[to + index] = (floats[to + index] as number) + (floats[from + index] as number);
  }
  if (scale !== 1)
    for (let index = to; index < to + count; index++) floats[index] = (floats[index] as number) * scale;
  return result;
}

/** Put the channels of maps after each other. */
export function concatenate(memory: Memory, images: readonly Maps[]): Maps {
  const [first] = images as [Maps];
  const channels = images.reduce((total, maps) => total + maps.channels, 0);
  const result = roomFor(memory, channels, first.n, first.height, first.width);
  let to = result.at / 4;
  for (const { at, channels: count, stride } of images) {
    memory.floats.copyWithin(to, at / 4, at / 4 + count * stride);
    to += count * stride;
  }
  return result;
}

/** Repeat each pixel twice to the right and each row twice. */
export function doubled(memory: Memory, image: Maps): Maps {
  const { channels, n, height, width } = image;
  const result = roomFor(memory, channels, n, 2 * height, 2 * width);
  const floats = memory.floats;
  for (let channel = 0; channel < channels; channel++) {
    let to = result.at / 4 + channel * result.stride;
    for (let row = 0; row < 2 * n * height; row++) {
      const from = image.at / 4 + channel * image.stride + (row >> 1) * width;
      for (let x = 0; x < 2 * width; x++) floats[to++] = floats[from + (x >> 1)] as number;
    }
  }
  return result;
}

/** Make the channels of each pixel probabilities that add up to 1, or the logarithms of those. */
export function softmax(memory: Memory, image: Maps, asLogarithm: boolean): Maps {
  const result = roomFor(memory, image.channels, image.n, image.height, image.width);
  const { floats } = memory;
  const scores = new Float64Array(image.channels);
  for (let pixel = 0; pixel < image.n * image.height * image.width; pixel++) {
    let largest = Number.NEGATIVE_INFINITY;
    for (let channel = 0; channel < scores.length; channel++) {
      scores[channel] = floats[image.at / 4 + channel * image.stride + pixel] as number;
      largest = Math.max(largest, scores[channel] as number);
    }
    let total = 0;
    for (const score of scores) total += Math.exp(score - largest);
    for (let channel = 0; channel < scores.length; channel++) {
      const above = (scores[channel] as number) - largest;
      floats[result.at / 4 + channel * result.stride + pixel] = asLogarithm
        ? above - Math.log(total)
        : Math.exp(above) / total;
    }
  }
  return result;
}
