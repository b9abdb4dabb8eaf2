/** The weights of the softmax network that comes with shuzi; web/digits.py makes the file. */
import { PIXELS } from "../../data/image";
import { bytesOf } from "../../shared/files/bytes";
import stored from "./weights.json";

const all = new Float32Array(bytesOf(stored.weights).buffer);

/** A weight for each pixel. */
export function templateOf(digit: number): Float32Array {
  return all.subarray(digit * PIXELS, (digit + 1) * PIXELS);
}

export function biasOf(digit: number): number {
  return stored.biases[digit] ?? 0;
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
