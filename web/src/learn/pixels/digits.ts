/** Ten of MNIST's training images, one of each digit; web/digits.py makes the file. */
import { bytesOf } from "../../shared/files/bytes";
import stored from "./digits.json";

export interface TrainingImage {
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
