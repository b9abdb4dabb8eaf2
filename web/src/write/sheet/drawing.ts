/** Strokes become smooth lines on a canvas, and a small picture to be read. */
import { greyOf } from "../../here/open";
import type { Drawn } from "../../readings";
import { bytesOf } from "../../shared/files";
import type { Placement, Point, Size } from "../geometry";
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
interface InkPicture extends Drawn {
  onPaper: Placement;
}

const LONGEST = 800; // pixels: more makes reading slower, not better
const MARGIN = 0.08; // of the longer side, so that no ink touches the picture's edge
const MIN_MARGIN = 24; // paper units

/** Draw the ink black on white, cropped with a margin: small, so that it is fast to read. */
export function pictureOf(written: readonly Stroke[]): InkPicture | null {
  const strokes = fitting(written);
  const ink = boundsOf(strokes);
  if (!ink) return null;
  const margin = Math.max(MIN_MARGIN, MARGIN * Math.max(ink.width, ink.height));
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

/** The ten digits as handwriting: one path per stroke, in a field 62 wide and 100 high. */
const DIGITS: readonly (readonly string[])[] = [
  ["M36 4C14 2 4 28 4 53C4 80 16 96 32 96C50 96 58 74 58 50C58 22 49 3 30 6"],
  ["M15 25C23 19 29 12 34 4C33 34 32 65 31 96"],
  ["M8 26C10 10 22 4 33 4C48 4 56 14 56 27C56 48 30 68 5 94C22 90 42 93 60 94"],
  [
    "M8 16C16 6 26 4 34 4C48 4 54 13 52 24C50 37 38 45 24 46C44 46 58 54 57 70C56 88 40 97 26 96C16 96 8 91 4 84",
  ],
  ["M30 4C24 24 14 44 4 62C22 61 42 60 60 58", "M46 34C45 55 43 76 42 96"],
  [
    "M14 8C13 20 12 32 11 44C22 36 34 35 42 39C54 45 58 58 55 71C51 88 36 96 22 95C14 94 8 91 4 86",
    "M14 8C28 9 42 8 57 5",
  ],
  ["M46 4C24 16 8 40 6 66C5 86 16 96 30 96C46 96 56 84 55 70C54 56 44 49 32 49C20 49 10 58 7 70"],
  ["M6 8C22 10 40 9 58 6C48 34 36 62 28 96"],
  [
    "M50 17C44 6 36 4 30 4C18 4 9 12 10 23C12 42 54 48 55 73C56 88 44 96 31 96C16 96 6 88 7 75C9 52 48 44 51 22",
  ],
  ["M53 22C48 8 38 4 28 5C14 6 6 18 8 32C10 46 20 52 30 50C44 48 52 36 54 20C55 44 52 70 44 96"],
];

const FIELD = { width: 62, height: 100 };
const GAP = 26; // between two digits, in the same units
const STEP = 2.5; // between two points of a stroke, in the same units
const PACE = 0.32; // the same units per millisecond: fast, but slow enough for the eye to follow
const LIFT = 150; // ms between two strokes

const NUMBERS = ["2479", "1835", "60", "314159"] as const;
let shown = 0;

/** The next number to show. */
export function nextExample(): string {
  return NUMBERS[shown++ % NUMBERS.length] ?? NUMBERS[0];
}

/** The strokes of a number, centred on a canvas of this size. */
export function strokesOf(text: string, canvas: Size, width: number): Stroke[] {
  const wide = text.length * (FIELD.width + GAP) - GAP;
  const scale = Math.min((canvas.height * 0.58) / FIELD.height, (canvas.width * 0.84) / wide);
  const left = (canvas.width - wide * scale) / 2;
  const top = (canvas.height - FIELD.height * scale) / 2;
  return [...text].flatMap((digit, index) => {
    const shift = { x: left + index * (FIELD.width + GAP) * scale, y: top };
    return (DIGITS[Number(digit)] ?? []).map((path) =>
      pointsOf(path).map(({ x, y }) => ({ x: shift.x + x * scale, y: shift.y + y * scale, width })),
    );
  });
}

/** Uses the browser's own path geometry. */
function pointsOf(path: string): Point[] {
  const element = document.createElementNS("http://www.w3.org/2000/svg", "path");
  element.setAttribute("d", path);
  const length = element.getTotalLength();
  const count = Math.ceil(length / STEP);
  return Array.from({ length: count + 1 }, (_, index) => element.getPointAtLength((index / count) * length));
}

/**
 * Play the strokes back at writing speed.
 *
 * @param grow called with each piece of the current stroke
 * @param finish called when a stroke is complete
 * @returns a promise that resolves at the end, or when `signal` aborts
 */
export async function writeSlowly(
  strokes: readonly Stroke[],
  { grow, finish, signal }: { grow(part: Stroke): void; finish(stroke: Stroke): void; signal: AbortSignal },
): Promise<void> {
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  for (const stroke of strokes) {
    const whole = still ? 0 : (stroke.length * STEP) / PACE;
    const begun = performance.now();
    for (let fraction = 0; fraction < 1 && !still; ) {
      const now = await new Promise<number>((resolve) => requestAnimationFrame(resolve));
      fraction = Math.min((now - begun) / whole, 1);
      if (signal.aborted) return;
      grow(stroke.slice(0, Math.max(1, Math.round(fraction * stroke.length))));
    }
    finish(stroke);
    if (!still) await new Promise((resolve) => setTimeout(resolve, LIFT));
    if (signal.aborted) return;
  }
}
