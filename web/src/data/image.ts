import { SIDE } from "../generated/ink/normalize";
import { DIGITS } from "../generated/tasks";

/** The size of MNIST's images, and the number of classes. */
export const PIXELS = SIDE ** 2;
/** Probabilities of an image. */
export const CLASSES = DIGITS.length;
