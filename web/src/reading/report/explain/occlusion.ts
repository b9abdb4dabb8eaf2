/** A classifier's answer becomes a map of its evidence: where covering the ink lowers the probability. */

import { SIDE } from "../../../generated/ink/normalize";
import { PATCH } from "../../../generated/reading/report";
import type { Grey } from "../../../ink/picture";
import type { Classifier } from "../../recognise/models";

/** The side of the patch that covers, in pixels: about the width of a stroke with its edges. */

/** How far the probability of a digit falls, on average, when each pixel is covered; negative if it rises. */
export function whatCounts(classifier: Classifier, image: Grey, digit: number): number[][] {
  const reach = PATCH >> 1;
  const all = Array.from({ length: SIDE * SIDE }, (_, index) => index);
  const near = (index: number) => {
    const [x, y] = [index % SIDE, Math.floor(index / SIDE)];
    return all.filter(
      (pixel) => Math.abs((pixel % SIDE) - x) <= reach && Math.abs(Math.floor(pixel / SIDE) - y) <= reach,
    );
  };
  const around = all.map(near);
  // a patch that covers no ink changes nothing
  const indices = all.filter((index) => around[index]?.some((pixel) => (image.pixels[pixel] as number) > 0));
  const covered = indices.map((index) => {
    const pixels = image.pixels.slice();
    for (const pixel of around[index] ?? []) pixels[pixel] = 0;
    return { ...image, pixels };
  });
  const probabilities = classifier
    .classify([...covered, image])
    .map(({ probabilities }) => probabilities[digit] as number);
  const falls = new Float64Array(SIDE * SIDE);
  for (const [which, index] of indices.entries())
    falls[index] = (probabilities.at(-1) as number) - (probabilities[which] as number);
  const mean = (of: number[]) => of.reduce((sum, pixel) => sum + (falls[pixel] as number), 0) / of.length;
  return Array.from({ length: SIDE }, (_, y) => around.slice(y * SIDE, (y + 1) * SIDE).map(mean));
}
