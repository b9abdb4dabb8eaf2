/** Strokes become smooth lines on a canvas, and a small picture to be read. */

import { greyOf } from "../../here/open";
import type { Drawn } from "../../readings";
import { bytesOf } from "../../shared/files/bytes";
import type { Placement } from "../geometry/geometry";
import { boundsOf, fitting, type InkPoint, type Stroke } from "./sheet";

/**
 * Draw a stroke from its point `from` on: curves through the midpoints of neighbouring points, with the points as
 * control points, so that corners are rounded without overshooting.
 */
export function drawStroke(context: CanvasRenderingContext2D, stroke: Stroke, from = 0): void {
  const first = stroke[0];
  if (!first) return;
  context.lineCap = "round";
  context.lineJoin = "round";
  if (stroke.length === 1) {
    path(context, first.width, [[first, first, first]]);
    return;
  }
  const curves = curvesOf(stroke, Math.max(from, 1));
  if (stroke.every(({ width }) => width === first.width)) path(context, first.width, curves);
  else for (const curve of curves) path(context, (curve[0].width + curve[2].width) / 2, [curve]);
}

/** Start, control point and end of a quadratic curve. */
type Curve = readonly [InkPoint, InkPoint, InkPoint];

function curvesOf(stroke: Stroke, from: number): Curve[] {
  const curves: Curve[] = [];
  for (let index = from; index < stroke.length; index++) {
    const [before, bend, after] = [stroke[index - 2], stroke[index - 1], stroke[index]];
    if (bend && after) curves.push([before ? middle(before, bend) : bend, bend, middle(bend, after)]);
  }
  const [bend, last] = stroke.slice(-2);
  if (bend && last) curves.push([middle(bend, last), last, last]);
  return curves;
}

/** Draws curves of the same width in one path, to avoid seams. */
function path(context: CanvasRenderingContext2D, width: number, curves: readonly Curve[]): void {
  const start = curves[0]?.[0];
  if (!start) return;
  context.beginPath();
  context.lineWidth = width;
  context.moveTo(start.x, start.y);
  for (const [, bend, end] of curves) context.quadraticCurveTo(bend.x, bend.y, end.x, end.y);
  context.stroke();
}

function middle(a: InkPoint, b: InkPoint): InkPoint {
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, width: (a.width + b.width) / 2 };
}

/** Set a canvas's transform to paper units. */
export function usePaper(
  context: CanvasRenderingContext2D,
  { scale, x, y }: Placement,
  pixels: number,
): void {
  context.setTransform(scale * pixels, 0, 0, scale * pixels, x * pixels, y * pixels);
}

/** A picture of the ink, and the mapping of its pixels to the paper. */
export interface InkPicture extends Drawn {
  onPaper: Placement;
}

const LONGEST = 800; // pixels: more makes reading slower, not better
const MARGIN = 0.08; // of the longer side, so that no ink touches the picture's edge
const LEAST_MARGIN = 24; // paper units

/** Draw the ink black on white, cropped with a margin: small, so that it is fast to read. */
export function pictureOf(written: readonly Stroke[]): InkPicture | null {
  const strokes = fitting(written);
  const ink = boundsOf(strokes);
  if (!ink) return null;
  const margin = Math.max(LEAST_MARGIN, MARGIN * Math.max(ink.width, ink.height));
  const [width, height] = [ink.width + 2 * margin, ink.height + 2 * margin];
  const scale = Math.min(1, LONGEST / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.ceil(width * scale);
  canvas.height = Math.ceil(height * scale);
  const context = canvas.getContext("2d", { alpha: false, willReadFrequently: true });
  if (!context) return null;
  context.fillStyle = "white";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.strokeStyle = "black";
  usePaper(context, { scale, x: (margin - ink.x) * scale, y: (margin - ink.y) * scale }, 1);
  for (const stroke of strokes) drawStroke(context, stroke);
  const grey = greyOf(context.getImageData(0, 0, canvas.width, canvas.height));
  return {
    grey,
    png: () => asPng(canvas),
    onPaper: { scale: 1 / scale, x: ink.x - margin, y: ink.y - margin },
  };
}

/** Synchronous: canvas.toBlob waits until the browser is idle, which it is not during animations. */
function asPng(canvas: HTMLCanvasElement): Blob {
  const encoded = canvas.toDataURL("image/png");
  return new Blob([bytesOf(encoded.slice(encoded.indexOf(",") + 1))], { type: "image/png" });
}
