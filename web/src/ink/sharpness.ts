/** A digit in a grey picture becomes one number: the width of its edges relative to its size. */
import { MEASURED_AT, PALE, STEEP } from "../generated/ink/sharpness";
import { gradients } from "./filters";
import { quantile } from "./numbers";
import { asPlane, type Grey } from "./picture";
import { resize } from "./resize";

/** The width of the step from paper to ink, as a fraction of the longer side; infinity if there is no edge. */
export function edgeWidth(grey: Grey): number {
  const seen = resize(asPlane(grey), Math.min(1, MEASURED_AT / Math.max(grey.width, grey.height)));
  const range = quantile(seen.pixels, 0.98) - quantile(seen.pixels, 0.02);
  if (range < PALE || Math.min(seen.width, seen.height) < 2) return Number.POSITIVE_INFINITY;
  const steepest = quantile(gradients(seen), STEEP / 100);
  return range / Math.max(steepest, 1e-6) / Math.max(seen.width, seen.height);
}
