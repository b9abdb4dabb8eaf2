/** Ink that may be several characters, which thin strokes would join if they were widened. */
import { SOLID } from "../../generated/ink/components";
import { END, LINE, MARK, NEAR, POINT, ROWS, TALL, WHOLE } from "../../generated/ink/paper";
import { labelled } from "../components";
import type { Grey } from "../picture";

/** Whether all solid ink touches, across gaps of one pixel, as a thin pen leaves in a small picture. */
export function isOnePiece(ink: Grey): boolean {
  const { width, height, pixels } = ink;
  const wider = new Uint8Array(pixels.length);
  const isSolid = (x: number, y: number) => x >= 0 && y >= 0 && (pixels[y * width + x] as number) >= SOLID;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      if (isSolid(x, y) || isSolid(x - 1, y) || isSolid(x, y - 1) || isSolid(x - 1, y - 1))
        wider[y * width + x] = SOLID;
  return labelled({ width, height, pixels: wider }, SOLID).components.length === 1 && !hasNeighbours(ink);
}

/**
 * Whether two characters stand so close that widened strokes would join them: side by side, both tall, or one of them a
 * point or a dash; leaning over one another, each nearly as high as all ink; or above one another, each perhaps a line.
 */
export function hasNeighbours(ink: Grey): boolean {
  const { width, height, pixels } = ink;
  // the columns and rows of each piece that has columns of its own
  const pieces: { left: number; right: number; top: number; bottom: number }[] = [];
  const inked: number[] = [];
  for (let x = 0; x < width; x++) {
    let [top, bottom] = [height, -1];
    for (let y = 0; y < height; y++)
      if ((pixels[y * width + x] as number) >= SOLID) {
        top = Math.min(top, y);
        bottom = y;
        inked.push(y);
      }
    if (bottom < 0) continue;
    const last = pieces.at(-1);
    if (last?.right === x - 1) {
      last.right = x;
      last.top = Math.min(last.top, top);
      last.bottom = Math.max(last.bottom, bottom);
    } else pieces.push({ left: x, right: x, top, bottom });
  }
  const top = Math.min(...pieces.map((piece) => piece.top));
  const high = Math.max(...pieces.map(({ bottom }) => bottom)) - top + 1;
  const isBeside = pieces.slice(1).some((after, index) => {
    const before = pieces[index] as (typeof pieces)[number];
    if (after.left - before.right - 1 > NEAR) return false;
    const lower = after.bottom - after.top < before.bottom - before.top ? after : before;
    const reach = lower.bottom - lower.top;
    const isPoint = reach < POINT * high && lower.top >= top + (1 - POINT) * high;
    if (isPoint || reach + 1 >= TALL * high) return true;
    if (lower.top < top + MARK * high) return false;
    // a dash, unless ink beside it, level with it, says that it is what is left of a broken stroke
    const first = lower === after ? after.left - NEAR : before.right + 1;
    for (let x = Math.max(first, 0); x < Math.min(first + NEAR, width); x++)
      for (let y = Math.max(lower.top - 1, 0); y < Math.min(lower.bottom + 2, height); y++)
        if ((pixels[y * width + x] as number) >= SOLID) return false;
    return true;
  });
  if (isBeside) return true;
  if (labelled(ink, SOLID).components.filter(({ box }) => box.height >= WHOLE * high).length > 1) return true;
  const lines: { first: number; last: number }[] = [];
  for (const y of [...new Set(inked)].sort((a, b) => a - b)) {
    const line = lines.at(-1);
    if (line && y - line.last <= ROWS) line.last = y;
    else lines.push({ first: y, last: y });
  }
  const columnsAt = (y: number) =>
    [...Array(width).keys()].filter((x) => (pixels[y * width + x] as number) >= SOLID);
  return lines.slice(1).some((lower, index) => {
    const upper = lines[index] as (typeof lines)[number];
    const ends = [...columnsAt(upper.last), ...columnsAt(lower.first)];
    // where both end in a point and one below the other, it is a broken stroke
    const isBroken = Math.max(...ends) - Math.min(...ends) <= END;
    const least = Math.min(upper.last - upper.first, lower.last - lower.first) + 1;
    return !isBroken && least >= LINE * high;
  });
}
