/** Ten of MNIST's training images, one of each digit; web/digits.py makes the file. */
import { PIXELS } from "../../data/image";
import { bytesOf } from "../../shared/files";
import stored from "./digits.json";
import storedWeights from "./weights.json";

interface TrainingImage {
  label: number;
  /** Its position among the training images. */
  index: number;
  /** 784 values, row by row, 0 to 255, ink 255. */
  values: Uint8Array;
}

export const digits: readonly TrainingImage[] = stored.map(({ label, index, values }) => ({
  label,
  index,
  values: bytesOf(values),
}));

/** The image of a digit from 0 to 9. */
export function imageOf(digit: number): TrainingImage {
  const image = digits.find((example) => example.label === digit);
  if (!image) throw new RangeError(`no image of ${digit}`);
  return image;
}

const all = new Float32Array(bytesOf(storedWeights.weights).buffer);

/** A weight for each pixel. */
export function templateOf(digit: number): Float32Array {
  return all.subarray(digit * PIXELS, (digit + 1) * PIXELS);
}

export function biasOf(digit: number): number {
  return storedWeights.biases[digit] ?? 0;
}

/** The sum of the products of the first `count` pixels, 0 to 255, and their weights. */
export function sumUpTo(image: Uint8Array, template: Float32Array, count = PIXELS): number {
  let sum = 0;
  for (let index = 0; index < count; index++) sum += ((image[index] ?? 0) / 255) * (template[index] ?? 0);
  return sum;
}

/** The product of each pixel and its weight; 0 from `count` on. */
export function productsOf(image: Uint8Array, template: Float32Array, count = PIXELS): Float32Array {
  return template.map((weight, index) => (index < count ? ((image[index] ?? 0) / 255) * weight : 0));
}

/** xw + b for each of the ten digits. */
export function scoresOf(image: Uint8Array): number[] {
  return Array.from({ length: 10 }, (_, digit) => sumUpTo(image, templateOf(digit)) + biasOf(digit));
}
