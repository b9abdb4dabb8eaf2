/** What makes a picture hard to read becomes one sentence for people. */
import { BLURRED_EDGE, EDGE_MARGIN, MUCH_SHRUNK, SHRUNK, SMALL_DIGIT } from "../../generated/reading/report";
import type { Box } from "../../ink/boxes";
import { median } from "../../ink/numbers";
import { cropped, type Grey } from "../../ink/picture";
import { edgeWidth } from "../../ink/sharpness";
import { around, type Candidates, isAtEdge } from "../find/candidates";
import type { Sentence } from "./result";

/**
 * What is wrong with the picture itself: too small or large, cut off, blurred or pale; null if nothing is.
 *
 * @param boxes of its digits, in pixels of the searched picture
 * @param sides the longer side of each digit, in pixels of the original picture
 */
export function aboutThePicture(
  seen: Candidates,
  boxes: readonly Box[],
  sides: readonly number[],
): Sentence | null {
  const middle = sides.toSorted((a, b) => a - b)[Math.floor(sides.length / 2)] ?? 0;
  if (middle < SMALL_DIGIT) return ["reading.small", { n: middle }];
  if (shrunk(seen) >= SHRUNK && middle < SMALL_DIGIT * shrunk(seen)) return ["reading.large", inPixels(seen)];
  if (boxes.some((each) => isAtEdge(seen, each))) return ["reading.edge", {}];
  const edges = median(boxes.map((each) => edgeWidth(cropped(seen.grey, around(each, EDGE_MARGIN)))));
  if (edges > BLURRED_EDGE) return [Number.isFinite(edges) ? "reading.blurred" : "reading.pale", {}];
  return null;
}

/** What to say of a picture in which no writing was found. */
export function aboutNoWriting(seen: Candidates): Sentence {
  if (isMuchSmaller(seen)) return ["reading.lost", inPixels(seen)];
  return [seen.ink.pixels.some((each) => each > 0) ? "reading.specks" : "reading.blank", {}];
}

/** Whether a picture was shrunk so much before it was searched that writing may be lost. */
export function isMuchSmaller(seen: Candidates): boolean {
  return shrunk(seen) > MUCH_SHRUNK;
}

function shrunk({ grey, original }: Candidates): number {
  return longer(original) / longer(grey);
}

function inPixels({ grey, original }: Candidates): Sentence[1] {
  return { side: longer(original), searched: longer(grey) };
}

function longer({ width, height }: Grey): number {
  return Math.max(width, height);
}
