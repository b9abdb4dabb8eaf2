/** The characters of a line's text get the boxes of their ink. */

import { SOLID } from "../../generated/ink/paper";
import { COLUMN, HEIGHT, LONGEST } from "../../generated/ink/strips";
import { CHARACTER_REACH, CUT_DISTANCE, OFF_CENTRE_COST } from "../../generated/reading";
import { CLASSES } from "../../generated/tasks";
import { type Box, boxOf, rightOf, touched } from "../../ink/boxes";
import { rounded } from "../../ink/numbers";
import { bounds, clipped, cropped, type Grey, type Part } from "../../ink/picture";
import { type LineTexts, spans } from "./ctc";
import type { Columns } from "./models";

/** Cut a line between the characters of a text, where the least ink is, and frame the ink of each. */
export function boxesOf(lineTexts: LineTexts, text: string, ink: Grey): Box[] {
  if (!text) return [];
  const { line } = lineTexts;
  const [frame] = line.frames;
  const middles = middlesOf(lineTexts, text);
  const rows = touched(frame);
  const profile = profileOf(ink, rows);
  const cuts = middles.slice(1).map((right, index) => cutBetween(profile, middles[index] as number, right));
  const edges = [frame.x, ...cuts, rightOf(frame)];
  const reach = CHARACTER_REACH * line.height;
  return middles.map((middle, index) => {
    const left = Math.max(edges[index] as number, middle - reach);
    return inked(ink, rows, left, Math.min(edges[index + 1] as number, middle + reach), frame);
  });
}

/** Where the middle of each character of a text is, in pixels of the picture. */
export function middlesOf({ line, columns }: LineTexts, text: string): number[] {
  const [frame] = line.frames;
  // pixels of the strip per pixel of the picture, from left to right
  const across = Math.min(HEIGHT / Math.max(frame.height, 1), LONGEST / Math.max(frame.width, 1));
  const labels = [...text].map((character) => CLASSES.indexOf(character));
  return spans(columns[0] as Columns, labels).map(
    ([first, last]) => frame.x + (((first + last) / 2) * COLUMN) / across,
  );
}

/** The ink in each column of some rows. */
function profileOf(ink: Grey, rows: Part): Float64Array {
  const { top, bottom } = clipped(ink, rows);
  const profile = new Float64Array(ink.width);
  for (let y = top; y < bottom; y++)
    for (let x = 0; x < ink.width; x++)
      profile[x] = (profile[x] as number) + (ink.pixels[y * ink.width + x] as number);
  return profile;
}

/** The column between two characters in which there is the least ink. */
function cutBetween(profile: Float64Array, left: number, right: number): number {
  const first = Math.max(0, rounded(left + CUT_DISTANCE * (right - left)));
  const part = profile.subarray(first, Math.max(first, rounded(right - CUT_DISTANCE * (right - left))) + 1);
  const middle = (left + right) / 2;
  if (!part.length) return middle;
  const most = Math.max(...part);
  const costs = part.map(
    (value, index) =>
      value + (OFF_CENTRE_COST * most * Math.abs(first + index - middle)) / Math.max(right - left, 1),
  );
  return first + costs.indexOf(Math.min(...costs)) + 0.5;
}

/** Frame the solid ink between two edges of a line's band. */
function inked(ink: Grey, rows: Part, left: number, right: number, frame: Box): Box {
  const first = Math.max(0, rounded(left));
  const part = cropped(ink, { ...rows, left: first, right: Math.max(0, Math.ceil(right)) });
  const [x, y, width, height] = bounds({ ...part, pixels: part.pixels.map((level) => +(level >= SOLID)) });
  if (!width) return boxOf(left, frame.y, Math.max(right - left, 1), frame.height);
  return boxOf(first + x, rows.top + y, width, height);
}
