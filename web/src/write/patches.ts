/** What a person put in place of what was read, and the probabilities of the digits where something was. */
import { iou, overlapOfSmaller, union } from "../ink/boxes";
import type { Digit } from "../readings";
import type { Rect } from "./geometry";
import { digitOf, type Glyph } from "./glyphs";

/** A character placed by the user. */
export interface Said {
  readonly character: string;
  readonly box: Rect;
  /** The network's image and answer here, if it was asked. */
  readonly seen: Digit | null;
  /** False for the halves of a split, for example, which the user cuts and the network reads. */
  readonly isMine: boolean;
}

/** A correction. Its positions are in units that stay the same when more is written. */
export interface Patch {
  /** The region where it applies. */
  readonly region: Rect;
  /** Neighbours that reach into the region and are left alone. */
  readonly spared: readonly Rect[];
  /** The characters there; none after a deletion. */
  readonly says: readonly Said[];
  /** The ids of the strokes there: with other strokes it no longer applies. Null for pictures, whose ink stays. */
  readonly ink: readonly number[] | null;
}

const ALIKE = 0.95; // intersection over union from which two boxes are one
const SAME = 0.5; // intersection over union from which two boxes hold the same ink

/**
 * Apply corrections in the order in which they were made.
 *
 * @param inkAt the numbers of the strokes in a region
 */
export function patched(
  read: readonly Glyph[],
  patches: readonly Patch[],
  inkAt: (region: Rect) => readonly number[],
): readonly Glyph[] {
  return patches.filter((patch) => holds(patch, inkAt)).reduce(withPatch, read);
}

function holds({ ink, region }: Patch, inkAt: (region: Rect) => readonly number[]): boolean {
  return ink === null || String(ink) === String(inkAt(region));
}

function withPatch(glyphs: readonly Glyph[], patch: Patch): readonly Glyph[] {
  const replaced = glyphs.filter(({ box }) => isWithin(box, patch));
  const [only] = replaced.length === 1 ? replaced : [];
  const line = replaced[0]?.line ?? lineAt(glyphs, patch.region);
  const made = patch.says.map(({ character, box, seen, isMine }): Glyph => {
    // read again in the same box it has its explanation too; in another one, that would be of another image
    const isSame = only !== undefined && isMine && iou(only.box, box) >= ALIKE;
    return { character, box, line, isMine, read: (isSame && digitOf(only)) || seen };
  });
  const rest = glyphs.filter((glyph) => !replaced.includes(glyph));
  const first = replaced[0] ? glyphs.indexOf(replaced[0]) : placeOn(rest, line, patch.region);
  return [...rest.slice(0, first), ...made, ...rest.slice(first)];
}

function isWithin(box: Rect, { region, spared }: Patch): boolean {
  if (spared.some((rect) => iou(rect, box) >= SAME)) return false;
  const isPart =
    overlapOfSmaller(box, region) >= SAME && box.width * box.height <= region.width * region.height;
  return isPart || iou(box, region) >= SAME;
}

/** The line whose characters are beside a region; a new last one if there is none. */
function lineAt(glyphs: readonly Glyph[], { y, height }: Rect): number {
  const neighbour = glyphs.find(({ box }) => box.y <= y + height / 2 && box.y + box.height >= y + height / 2);
  return neighbour?.line ?? Math.max(-1, ...glyphs.map(({ line }) => line)) + 1;
}

/** The index of the character in a line that follows a region. */
function placeOn(glyphs: readonly Glyph[], line: number, { x, width }: Rect): number {
  const next = glyphs.findIndex(
    (glyph) =>
      glyph.line > line || (glyph.line === line && glyph.box.x + glyph.box.width / 2 > x + width / 2),
  );
  return next < 0 ? glyphs.length : next;
}

/** Replace some characters. */
export function patchOf(
  glyphs: readonly Glyph[],
  indices: readonly number[],
  says: readonly Said[],
  inkAt: ((region: Rect) => readonly number[]) | null,
): Patch {
  const meant = glyphs.filter((_, index) => indices.includes(index));
  const region = [...meant, ...says].map(({ box }) => box).reduce((a, b) => union(a, b));
  const bare = { region, spared: [], says, ink: inkAt ? inkAt(region) : null };
  const spared = glyphs.filter((glyph) => !meant.includes(glyph) && isWithin(glyph.box, bare));
  return { ...bare, spared: spared.map(({ box }) => box) };
}

/** A network's output for a digit becomes one probability for each answer, the same number wherever it is shown. */
export interface Probabilities {
  /** Of each of the ten digits; the answer's is the digit's own probability. */
  digits: readonly number[];
  /** That it is something else. Together they make 1. */
  noDigit: number;
}

/**
 * The network's ten probabilities hold if it is a digit at all, and the digit's own one also counts what else is known:
 * whether it is a digit, and what the line says. Where that lowers the answer's probability, it lowers all ten; where
 * it raises it, the other nine share what is left.
 */
export function probabilitiesOf(
  { digit, probability, probabilities }: Pick<Digit, "digit" | "probability" | "probabilities">,
  noDigit = 0,
): Probabilities {
  if (noDigit > 0) return withoutDigit(probabilitiesOf({ digit, probability, probabilities }), noDigit);
  const own = probabilities[digit] ?? 0;
  if (probability <= own) {
    const digits = probabilities.map((value) => (own ? (value * probability) / own : 0));
    return { digits, noDigit: Math.max(0, 1 - digits.reduce((sum, value) => sum + value, 0)) };
  }
  const rest = 1 - own;
  const digits = probabilities.map((value, index) =>
    index === digit ? probability : rest > 0 ? (value * (1 - probability)) / rest : 0,
  );
  return { digits, noDigit: 0 };
}

/** Lower the probabilities of ten digits, so that there is none with at least this probability. */
export function withoutDigit({ digits, noDigit }: Probabilities, least: number): Probabilities {
  const factor = Math.min(1, (1 - least) / Math.max(1 - noDigit, 1e-9));
  return { digits: digits.map((probability) => probability * factor), noDigit: Math.max(noDigit, least) };
}
