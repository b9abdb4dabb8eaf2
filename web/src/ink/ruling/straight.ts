/** A piece of ink is cut into its long straight lines, level or slightly aslant, and the rest; see `shuzi.ink.straight`. */
import { FULL, OWN, STEP } from "../../generated/ink/straight";
import type { Grey } from "../picture";

/**
 * Find the parts of a piece that lie on lines that are level or slightly aslant.
 *
 * @param ink all ink, as 0 and 1; a line may go on through other pieces
 * @param piece the piece; much of a line is its
 * @param length the minimum length of a line in pixels
 * @param slope the steepest slope, as a fraction: 0.1 is a pixel down or up in ten
 * @returns 1 where the piece's ink is on a line
 */
export function levelLines(ink: Grey, piece: Grey, length: number, slope: number): Uint8Array {
  const { width, height } = piece;
  const onLines = new Uint8Array(width * height);
  if (width < length) return onLines;
  const [all, own] = [thickened(ink), thickened(piece)];
  const steps = Math.round(slope / STEP);
  for (let step = -steps; step <= steps; step++) {
    // a line of this slope is level in the sheared picture
    const moved = Int32Array.from({ length: width }, (_, x) => Math.floor(step * STEP * x + 0.5));
    const [least, most] = [Math.min(0, moved[width - 1] as number), Math.max(0, moved[width - 1] as number)];
    for (let row = -most; row < height - least; row++)
      markLines(row, moved, { all, own, onLines }, piece, length);
  }
  for (let index = 0; index < onLines.length; index++) if (!piece.pixels[index]) onLines[index] = 0;
  return onLines;
}

/** Mark what is in a stretch of one row that is ink nearly everywhere, and the piece's in much of it. */
function markLines(
  row: number,
  moved: Int32Array,
  { all, own, onLines }: Record<"all" | "own" | "onLines", Uint8Array>,
  { width, height }: Grey,
  length: number,
): void {
  const indexOf = (x: number) => {
    const y = row + (moved[x] as number);
    return y >= 0 && y < height ? y * width + x : -1;
  };
  let [inked, owned, marked] = [0, 0, 0];
  for (let x = 0; x < width; x++) {
    const [last, gone] = [indexOf(x), x >= length ? indexOf(x - length) : -1];
    if (last >= 0) {
      inked += all[last] as number;
      owned += own[last] as number;
    }
    if (gone >= 0) {
      inked -= all[gone] as number;
      owned -= own[gone] as number;
    }
    if (x < length - 1 || inked < FULL * length || owned < OWN * length) continue;
    for (marked = Math.max(marked, x - length + 1); marked <= x; marked++) {
      const index = indexOf(marked);
      if (index >= 0) onLines[index] = 1;
    }
  }
}

/** Ink, and what lies directly above and below: a line that is not quite level continues there. */
export function thickened({ width, pixels }: Grey): Uint8Array {
  const thick = pixels.slice();
  for (let index = 0; index < pixels.length; index++)
    if (pixels[index - width] || pixels[index + width]) thick[index] = 1;
  return thick;
}
