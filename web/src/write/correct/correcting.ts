/** Correct the characters of the current reading: say what one is, split, merge, delete. */
import { openPicture } from "../../here/open";
import { union } from "../../ink/boxes";
import type { Grey } from "../../ink/picture";
import { digitOf, type Glyph } from "../digits/glyphs";
import { patchOf, type Said } from "../digits/patches";
import { placeRect, type Rect } from "../geometry/geometry";
import { pictureOf } from "../sheet/drawing";
import { corrections, glyphs, ontoCorrections, pictures, selected, sheet } from "../state/state";
import { halves, look } from "./look";

/** Set a character; setting it to its reading confirms it. */
export function sayIs(index: number, character: string): void {
  const glyph = glyphs.peek()[index];
  if (!glyph) return;
  correct([index], [{ character, box: glyph.box, seen: digitOf(glyph), isMine: true }]);
}

export function remove(index: number): void {
  if (!glyphs.peek()[index]) return;
  correct([index], []);
  const left = glyphs.peek().length;
  selected.value = left ? Math.min(index, left - 1) : null;
}

/** Cut a character in two; the halves are read, and may be corrected. */
export async function split(index: number): Promise<void> {
  const glyph = glyphs.peek()[index];
  if (!glyph) return;
  const picture = await currentPicture();
  const boxes = halves(picture, glyph.box);
  const seen = await Promise.all(boxes.map((box) => picture && look(picture, box)));
  if (!isStill(glyph, index)) return;
  correct(
    [index],
    boxes.map((box, half) => saidAt(box, seen[half] ?? null, glyph.character)),
  );
}

/** Merge this character with the next one of the line; the result is read, and may be corrected. */
export async function mergeWithNext(index: number): Promise<void> {
  const [glyph, next] = glyphs.peek().slice(index, index + 2);
  if (!glyph || !canMerge(glyph, next)) return;
  const box = union(glyph.box, next.box);
  const picture = await currentPicture();
  const seen = picture && (await look(picture, box));
  if (!isStill(glyph, index)) return;
  correct([index, index + 1], [saidAt(box, seen, glyph.character)]);
}

export function canMerge(glyph: Glyph | undefined, next: Glyph | undefined): next is Glyph {
  return glyph !== undefined && next !== undefined && glyph.line === next.line;
}

/** Whether it is unchanged since the network was asked. */
function isStill({ character, box }: Glyph, index: number): boolean {
  const now = glyphs.peek()[index];
  return now?.character === character && now.box.x === box.x && now.box.width === box.width;
}

/** Use the network's answer; without one, the original character, for the user to correct. */
function saidAt(box: Rect, seen: Said["seen"], otherwise: string): Said {
  return { character: seen ? String(seen.digit) : otherwise, box, seen, isMine: false };
}

function correct(indices: readonly number[], says: readonly Said[]): void {
  const onto = ontoCorrections.peek();
  const moved = glyphs.peek().map((glyph) => ({ ...glyph, box: placeRect(glyph.box, onto) }));
  const said = says.map((character) => ({ ...character, box: placeRect(character.box, onto) }));
  const inkAt = pictures.chosen.peek() ? null : (region: Rect) => sheet.inkAt(region);
  corrections.peek().correct(patchOf(moved, indices, said, inkAt));
}

/** The pixels read; null if the browser cannot open the file, such as a PDF. */
async function currentPicture(): Promise<Grey | null> {
  const entry = pictures.chosen.peek();
  if (!entry) return pictureOf(sheet.strokes.peek())?.grey ?? null;
  return openPicture(entry.picture.file).catch(() => null);
}
