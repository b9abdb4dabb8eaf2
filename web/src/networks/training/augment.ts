/** Shifts and stretches images a little: the same changes, drawn from the same numbers, as "squeeze" in Python. */

import { SIDE } from "../../generated/ink/normalize";
import { AUGMENTATION_STREAM, CHOICES, SHIFT, STRETCH } from "../../generated/networks";
import { Generator } from "../random/generator";

const MIDDLE = (SIDE - 1) / 2;

/** The change along an axis. */
interface Change {
  /** Pixels. */
  shift: number;
  /** A factor. */
  stretch: number;
}

export interface Squeeze {
  down: Change;
  across: Change;
}

/** Draw the change of each image of a step. */
export function drawSqueezes(seed: number, step: number, count: number): Squeeze[] {
  const draws = new Generator([seed, AUGMENTATION_STREAM, step]);
  return Array.from({ length: count }, () => {
    const choices = Array.from({ length: CHOICES }, () => draws.float() * 2 - 1);
    const change = (index: number): Change => ({
      shift: (choices[index] ?? 0) * SHIFT,
      stretch: 1 + (choices[index + 1] ?? 0) * STRETCH,
    });
    return { down: change(0), across: change(2) };
  });
}

/** Move the 784 pixels of an image, with linear interpolation; what comes from outside is paper. */
export function squeeze(pixels: ArrayLike<number>, { down, across }: Squeeze): Float32Array {
  const between = new Float32Array(SIDE * SIDE);
  sample(pixels, between, across, 1, SIDE);
  const moved = new Float32Array(SIDE * SIDE);
  sample(between, moved, down, SIDE, 1);
  return moved;
}

/** Sample along one axis; `along` and `beside` are the distances between its values and between its lines. */
function sample(
  from: ArrayLike<number>,
  to: Float32Array,
  change: Change,
  along: number,
  across: number,
): void {
  for (let index = 0; index < SIDE; index++) {
    const source = (index - MIDDLE) * change.stretch + change.shift + MIDDLE;
    const low = Math.floor(source);
    const part = source - low;
    const [inside, nextInside] = [low >= 0 && low < SIDE, low + 1 >= 0 && low + 1 < SIDE];
    for (let line = 0; line < SIDE; line++) {
      const start = line * across;
      const near = inside ? (from[start + low * along] as number) : 0;
      const far = nextInside ? (from[start + (low + 1) * along] as number) : 0;
      to[start + index * along] = near * (1 - part) + far * part;
    }
  }
}
