/** Ink that no person wrote: printed lines, frames, combs and squared paper; see `shuzi.ink.ruling`. */
import {
  ASIDE,
  ATTACHED,
  BAR,
  CORNER,
  CUT_LEVEL,
  CUT_VERTICAL,
  EQUAL,
  FRAME,
  FRINGE,
  FULL,
  HOLLOW,
  INK,
  LEAN,
  LONG,
  NEAR,
  OF_FRAME,
  OUTSIDE,
  OWN,
  PIECE,
  RAIL,
  RULED,
  SIDE,
  SIDES,
  SLANT,
  SLOPES,
  SPANS,
  STEP,
  THIN,
  TOOTH,
  TOOTH_INK,
  TOOTH_WIDTH,
  TOUCHES,
} from "../generated/ink/ruling";
import { type Box, bottomOf, boxOf, rightOf, touched } from "./boxes";
import { labelled } from "./components";
import { median } from "./numbers";
import { blank, clipped, cropped, type Grey } from "./picture";

/** Finds printed lines in a picture of digits. */
export class Ruling {
  readonly #every: Grey;
  readonly #left: Grey;
  readonly #taken: readonly Box[];
  readonly #height: number;
  readonly #large: number;
  #markedRails: Uint8Array | null = null;

  /**
   * @param every where there is ink, as 0 and 1
   * @param left where there is ink of no character
   * @param taken the boxes of all characters
   * @param height the median height of the digits, in pixels
   * @param large the size from which ink is as large as a character, in pixels
   */
  constructor(every: Grey, left: Grey, taken: readonly Box[], height: number, large: number) {
    [this.#every, this.#left, this.#taken, this.#height, this.#large] = [every, left, taken, height, large];
  }

  /** How many pixels are looked at, a few times each, to tell whether a piece with so much ink is a line. */
  lookedAt(box: Box, area: number): number {
    if (this.#isLong(box) || !this.#mayBeFrame(box)) return box.width * box.height;
    const around = 2 * RAIL * this.#height;
    const [wide, high] = [box.width + around, box.height + around];
    const surroundings = Math.min(wide, this.#every.width) * Math.min(high, this.#every.height);
    return surroundings + INK * area + SLOPES;
  }

  /** Whether a piece is a printed line or frame, or a piece of one. */
  isLine(box: Box, area: number, isPiece: (index: number) => boolean): boolean {
    return this.#isWhole(box, area, isPiece) || this.#isCutOff(box) || this.#isBeside(box);
  }

  /** Whether a piece is too long or too hollow for a character, as printed lines and frames are. */
  #isWhole(box: Box, area: number, isPiece: (index: number) => boolean): boolean {
    const { width, height } = box;
    if (this.#isLong(box))
      // what hangs on a line, such as a digit, is no part of it; the line itself may run aslant
      return width > height
        ? this.#thickest(box, isPiece) <= THIN * this.#height || this.isComb(box, isPiece)
        : this.#thickest(box, isPiece) <= this.#large;
    return this.#mayBeFrame(box) && this.#isFrame(box, area, isPiece);
  }

  /** Whether a piece is far longer than thick, and longer than a stroke. */
  #isLong(box: Box): boolean {
    const [long, thick] = [Math.max(box.width, box.height), Math.min(box.width, box.height)];
    const longest = box.width > box.height ? RULED : FRAME;
    return long >= LONG * thick && (long > longest * this.#height || this.#spans(box));
  }

  /** Whether a piece is as large as a frame, or spans the picture. */
  #mayBeFrame(box: Box): boolean {
    return this.#spans(box) || Math.min(box.width, box.height) >= FRAME * this.#height;
  }

  #spans({ width, height }: Box): boolean {
    return width >= SPANS * this.#every.width || height >= SPANS * this.#every.height;
  }

  /** Whether a large piece is nothing but straight lines, or hollow: no digit is attached to it. */
  #isFrame(box: Box, area: number, isPiece: (index: number) => boolean): boolean {
    const { piece, level, upright } = this.#straight(box, isPiece);
    if (isRound(piece) || (!level.includes(1) && !upright.includes(1))) return isHollow(box, area);
    const without = (a: Uint8Array, b: Uint8Array) => a.map((value, index) => value & ~(b[index] as number));
    const isBarred =
      this.#hasBar({ ...piece, pixels: without(upright, level) }) ||
      this.#hasBar(turned({ ...piece, pixels: without(level, upright) }));
    if (isBarred) return false;
    const rest = { ...piece, pixels: without(without(piece.pixels, level), upright) };
    return labelled(rest, 1).components.every(({ box: part, area: size }) => {
      const { width, height } = part;
      const [long, thick] = [Math.max(width, height), Math.min(width, height)];
      if (long < ATTACHED * this.#height || thick <= FRINGE * this.#height) return true;
      // a stub of a level line is as flat as no digit; a ring, or lines too crooked to be cut off, are hollow
      const isStub = height <= THIN * this.#height && width >= PIECE * height;
      return isStub || (thick >= FRAME * this.#height && isHollow(part, size));
    });
  }

  /** Whether one of the upright lines is too thick to be printed, or much thicker than the others. */
  #hasBar(upright: Grey): boolean {
    const widths = runs(upright, 1).map(({ start, end }) => end - start);
    if (!widths.length) return false;
    const most = Math.min(BAR * this.#height, 2 * median(widths) + 1);
    return widths.filter((width) => width > most).length >= this.#large;
  }

  /** A piece, and where it has long straight lines, level and upright, also where digits break them up. */
  #straight(box: Box, isPiece: (index: number) => boolean) {
    const part = clipped(this.#every, touched(box, RAIL * this.#height));
    const around = cropped(this.#every, part);
    const own = blank(around.width, around.height);
    const piece = blank(box.width, box.height);
    for (let y = 0, to = 0; y < box.height; y++)
      for (let x = 0; x < box.width; x++, to++)
        if (isPiece((box.y + y) * this.#every.width + box.x + x)) {
          piece.pixels[to] = 1;
          own.pixels[(box.y + y - part.top) * own.width + box.x + x - part.left] = 1;
        }
    // longer than any stroke of a digit; the sides of a low frame are no longer than that
    const [least, most] = SIDES.map((fraction) => fraction * this.#height) as [number, number];
    const tallest = Math.ceil(Math.max(least, Math.min(OF_FRAME * box.height, most)));
    const level = levelLines(around, own, Math.ceil(RAIL * this.#height), LEAN);
    const upright = turned({
      width: own.height,
      height: own.width,
      pixels: levelLines(turned(around), turned(own), tallest, SLANT),
    });
    const [top, left] = [box.y - part.top, box.x - part.left];
    const inside = { top, left, bottom: top + box.height, right: left + box.width };
    const within = (pixels: Uint8Array) => cropped({ ...own, pixels }, inside).pixels;
    return { piece, level: within(level), upright: within(upright.pixels) };
  }

  /** Whether a piece is a thin line that continues beyond the picture. */
  #isCutOff(box: Box): boolean {
    const [long, thick] = [Math.max(box.width, box.height), Math.min(box.width, box.height)];
    if (long < PIECE * thick || thick > THIN * this.#height) return false;
    if (box.width > box.height)
      return long >= CUT_LEVEL * this.#height && (box.x <= 1 || rightOf(box) >= this.#every.width - 1);
    return long >= CUT_VERTICAL * this.#height && (box.y <= 1 || bottomOf(box) >= this.#every.height - 1);
  }

  /** Whether a level piece lies where lines are that people write on; a dash is at half height. */
  #isBeside(box: Box): boolean {
    const height = this.#height;
    if (box.width < PIECE * box.height || box.height > THIN * height || !this.#taken.length) return false;
    const middle = middleOf(box);
    const { top, bottom } = this.#row(this.#taken, middle);
    const [inside, near] = [OUTSIDE * height, NEAR * height];
    return (
      (bottom - inside <= middle && middle <= bottom + near) ||
      (top - near <= middle && middle <= top + inside)
    );
  }

  /** Whether a piece consists of rails and of what stands on them: the teeth of combs, the sides of boxes. */
  isComb(box: Box, isPiece: (index: number) => boolean): boolean {
    const { width } = this.#every;
    const rest = blank(box.width, box.height);
    let onRail = false;
    for (let y = 0, to = 0; y < box.height; y++)
      for (let x = 0, from = (box.y + y) * width + box.x; x < box.width; x++, from++, to++)
        if (isPiece(from)) {
          if (this.#rails[from]) onRail = true;
          else rest.pixels[to] = 1;
        }
    if (!onRail) return false;
    const standing: Box[] = [];
    for (const { box: piece, area } of labelled(rest, 1).components) {
      if (Math.max(piece.width, piece.height) < this.#large) continue;
      if (piece.height <= FRINGE * this.#height) continue;
      const part = boxOf(box.x + piece.x, box.y + piece.y, piece.width, piece.height);
      if (!this.#stands(part, area)) return false;
      standing.push(part);
    }
    // one upright alone may be a 1
    return standing.length === 0 || (standing.length > 1 && this.#areAlike(standing));
  }

  /** Whether a part is a tooth on a rail, or a side from one to another or to a digit. */
  #stands(box: Box, area: number): boolean {
    const left = Math.max(0, box.x - TOUCHES);
    const right = rightOf(box) + TOUCHES;
    const ends = [
      { left, right, top: Math.max(0, box.y - TOUCHES), bottom: box.y + 1 },
      { left, right, top: bottomOf(box) - 1, bottom: bottomOf(box) + TOUCHES },
    ].map((part) => clipped(this.#every, part));
    const some = (part: (typeof ends)[number], test: (index: number) => boolean) => {
      for (let y = part.top; y < part.bottom; y++)
        for (let x = part.left; x < part.right; x++) if (test(y * this.#every.width + x)) return true;
      return false;
    };
    const rails = this.#rails;
    const on = ends.map((part) => some(part, (index) => rails[index] === 1));
    if (!on.includes(true)) return false;
    const tooth = box.height <= TOOTH * this.#height && box.width <= TOOTH_WIDTH * this.#height;
    if (tooth && area >= TOOTH_INK * box.width * box.height) return true;
    const isTaken = (index: number) => this.#every.pixels[index] === 1 && this.#left.pixels[index] === 0;
    return box.width <= SIDE * this.#height && ends.every((part, end) => on[end] || some(part, isTaken));
  }

  /** Whether parts are of one size, as printed parts are. */
  #areAlike(boxes: readonly Box[]): boolean {
    const range = (values: number[]) => Math.max(...values) - Math.min(...values);
    return (
      range(boxes.map((box) => box.height)) <= EQUAL * this.#height &&
      range(boxes.map((box) => box.width)) <= EQUAL * this.#height
    );
  }

  /** The largest distance between the ends of a piece across its direction, both counted. */
  #thickest(box: Box, isPiece: (index: number) => boolean): number {
    const level = box.width > box.height;
    const [along, across] = level ? [box.width, box.height] : [box.height, box.width];
    let most = 0;
    for (let step = 0; step < along; step++) {
      let [first, last] = [-1, -1];
      for (let side = 0; side < across; side++) {
        const [x, y] = level ? [box.x + step, box.y + side] : [box.x + side, box.y + step];
        if (!isPiece(y * this.#every.width + x)) continue;
        if (first < 0) first = side;
        last = side;
      }
      if (first >= 0) most = Math.max(most, last - first + 1);
    }
    return most;
  }

  /** Where there are long level lines outside the rows of digits, digits that cross them included. */
  get #rails(): Uint8Array {
    this.#markedRails ??= this.#findRails();
    return this.#markedRails;
  }

  #findRails(): Uint8Array {
    const { width, pixels } = this.#every;
    const high = this.#taken.filter((box) => box.height >= this.#height / 2);
    const tall = high.length ? high : this.#taken;
    const rails = new Uint8Array(pixels.length);
    const aside = ASIDE * this.#height;
    for (const { y, start, end } of runs(
      { ...this.#every, pixels: thickened(this.#every) },
      RAIL * this.#height,
    )) {
      const near = tall.filter((box) => box.x < end + aside && rightOf(box) > start - aside);
      if (near.length) {
        const { top, bottom } = this.#row(near, y);
        if (top + OUTSIDE * this.#height < y && y < bottom - OUTSIDE * this.#height) continue;
      }
      rails.set(pixels.subarray(y * width + start, y * width + end), y * width + start);
    }
    return rails;
  }

  /** The median top and bottom of the row of boxes nearest to a height in the picture. */
  #row(boxes: readonly Box[], y: number): { top: number; bottom: number } {
    const nearest = boxes
      .map(middleOf)
      .reduce((best, middle) => (Math.abs(middle - y) < Math.abs(best - y) ? middle : best));
    const row = boxes.filter((box) => Math.abs(middleOf(box) - nearest) < this.#height / 2);
    const high = row.filter((box) => box.height >= this.#height / 2);
    const tall = high.length ? high : row;
    return { top: median(tall.map((box) => box.y)), bottom: median(tall.map(bottomOf)) };
  }
}

const middleOf = (box: Box): number => box.y + box.height / 2;

/** A level run of ink: its row, where it begins, and where it has ended. */
interface Run {
  readonly y: number;
  readonly start: number;
  readonly end: number;
}

/** Whether a piece has as little ink in its box as a frame. */
function isHollow({ width, height }: Box, area: number): boolean {
  return area < HOLLOW * width * height;
}

/** Whether a piece reaches into no corner of its box. */
function isRound({ width, height, pixels }: Grey): boolean {
  const high = Math.max(1, Math.floor(CORNER * height));
  const wide = Math.max(1, Math.floor(CORNER * width));
  return pixels.every((value, index) => {
    const [x, y] = [index % width, Math.floor(index / width)];
    return !value || (x >= wide && x < width - wide) || (y >= high && y < height - high);
  });
}

/** Columns become rows. */
function turned({ width, height, pixels }: Grey): Grey {
  const result = blank(height, width);
  for (let y = 0, index = 0; y < height; y++)
    for (let x = 0; x < width; x++, index++) result.pixels[x * height + y] = pixels[index] as number;
  return result;
}

/** The level runs of at least so many pixels. */
function runs({ width, height, pixels }: Grey, least: number): Run[] {
  const long: Run[] = [];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const start = x;
      while (x < width && pixels[y * width + x]) x++;
      if (x > start && x - start >= least) long.push({ y, start, end: x });
    }
  return long;
}

/**
 * Find the parts of a piece that lie on lines that are level or slightly aslant.
 *
 * @param ink all ink, as 0 and 1; a line may go on through other pieces
 * @param piece the piece; much of a line is its
 * @param length the minimum length of a line in pixels
 * @param slope the steepest slope, as a fraction: 0.1 is a pixel down or up in ten
 * @returns 1 where the piece's ink is on a line
 */
function levelLines(ink: Grey, piece: Grey, length: number, slope: number): Uint8Array {
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
function thickened({ width, pixels }: Grey): Uint8Array {
  const thick = pixels.slice();
  for (let index = 0; index < pixels.length; index++)
    if (pixels[index - width] || pixels[index + width]) thick[index] = 1;
  return thick;
}
