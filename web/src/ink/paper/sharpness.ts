/** A digit in a grey picture becomes one number: the width of its edges relative to its size; see `shuzi.reading.report.advice`. */
import { EDGES_MEASURED_AT, LEAST_STEP, STEEP_PERCENTILE } from "../../generated/reading/report";
import { gradients } from "../filters";
import { quantile } from "../numbers";
import { asPlane, type Grey } from "../picture";
import { resize } from "../resize";

/** The width of the step from paper to ink, as a fraction of the longer side; infinity if there is no edge. */
export function edgeWidth(grey: Grey): number {
  const seen = resize(asPlane(grey), Math.min(1, EDGES_MEASURED_AT / Math.max(grey.width, grey.height)));
  const range = quantile(seen.pixels, 0.98) - quantile(seen.pixels, 0.02);
  if (range < LEAST_STEP || Math.min(seen.width, seen.height) < 2) return Number.POSITIVE_INFINITY;
  const steepest = quantile(gradients(seen), STEEP_PERCENTILE / 100);
  return range / Math.max(steepest, 1e-6) / Math.max(seen.width, seen.height);
}
