/** The sheet as a file, for browsers that store nothing: strokes and corrections as JSON, checked when it is opened. */
import type { Digit } from "../generated/shapes";
import { DIGITS, MARKS } from "../generated/tasks";
import type { Rect } from "./geometry";
import type { Patch, Said } from "./patches";
import type { Content, InkPoint, Stroke } from "./sheet/sheet";

const FORMAT = "shuzi sheet 1";
const MAX_POINTS = 1_000_000;
const DECIMALS = 100; // a hundredth of a pixel is enough

/** A file that is no sheet. */
export class NoSheet extends Error {}

export function asFile({ strokes, patches }: Content): string {
  const short = (value: number) => Math.round(value * DECIMALS) / DECIMALS;
  const ink = strokes.map((stroke) => stroke.map(({ x, y, width }) => [x, y, width].map(short)));
  return `${JSON.stringify({ format: FORMAT, strokes: ink, patches })}\n`;
}

/** @throws NoSheet */
export function fromFile(text: string): Content {
  let content: { format?: unknown; strokes?: unknown; patches?: unknown } | null;
  try {
    content = JSON.parse(text);
  } catch {
    throw new NoSheet();
  }
  if (content?.format !== FORMAT || !Array.isArray(content.strokes) || !Array.isArray(content.patches))
    throw new NoSheet();
  const strokes = content.strokes.map(strokeOf);
  if (strokes.reduce((sum, stroke) => sum + stroke.length, 0) > MAX_POINTS || !content.patches.every(isPatch))
    throw new NoSheet();
  return { strokes, patches: content.patches };
}

function strokeOf(points: unknown): Stroke {
  if (!Array.isArray(points) || points.length === 0) throw new NoSheet();
  return points.map((point): InkPoint => {
    if (!Array.isArray(point) || point.length !== 3 || !point.every(Number.isFinite)) throw new NoSheet();
    const [x, y, width] = point as [number, number, number];
    return { x, y, width };
  });
}

function isPatch(value: unknown): value is Patch {
  const { region, spared, says, ink } = (value ?? {}) as Partial<Patch>;
  return (
    isRect(region) &&
    Array.isArray(spared) &&
    spared.every(isRect) &&
    Array.isArray(says) &&
    says.every(isSaid) &&
    (ink === null || (Array.isArray(ink) && ink.every(Number.isInteger)))
  );
}

function isSaid(value: unknown): value is Said {
  const { character, box, seen, isMine } = (value ?? {}) as Partial<Said>;
  return (
    [...DIGITS, ...MARKS].includes(String(character)) &&
    isRect(box) &&
    typeof isMine === "boolean" &&
    isSeen(seen)
  );
}

const STATUSES: readonly string[] = ["ok", "not-a-digit", "unsure"] satisfies readonly Digit["status"][];

/** Check what the network saw: a digit, ten probabilities, its box and status, and perhaps 28 rows of 28. */
function isSeen(seen: Said["seen"] | undefined): boolean {
  if (!seen) return seen === null;
  const { digit, probability, probabilities, box, status, image, counted } = seen;
  return (
    Number.isInteger(digit) &&
    Number.isFinite(probability) &&
    isRow(probabilities, 10) &&
    isRow(box, 4) &&
    STATUSES.includes(status) &&
    [image, counted].every((picture) => picture === undefined || isImage(picture))
  );
}

function isImage(value: unknown): boolean {
  return Array.isArray(value) && value.length === 28 && value.every((row) => isRow(row, 28));
}

function isRow(value: unknown, length: number): boolean {
  return Array.isArray(value) && value.length === length && value.every(Number.isFinite);
}

function isRect(value: unknown): value is Rect {
  const { x, y, width, height } = (value ?? {}) as Partial<Rect>;
  return [x, y, width, height].every(Number.isFinite);
}
