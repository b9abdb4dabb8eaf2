/**
 * A grey picture becomes its lines of writing: where each goes, and how high its digits are; see
 * `shuzi.reading.line_detector`.
 */
import {
  CELL,
  COARSER,
  CORE,
  CUT_OFF,
  DARKEST,
  DIGIT_GAP,
  DIGIT_LENGTH,
  GOOD_HEIGHT,
  LARGE_TEXT,
  LONG_LINE,
  LOOK_PIXELS,
  MAX_LINES,
  MAX_LOOK_PIXELS,
  MIDDLE_HEIGHT,
  MIN_AREA,
  MIN_OTHER_HEIGHT,
  MULTIPLE,
  NUMBER_GAP,
  OFF_ROW,
  PART_GAP,
  SAME_LINE,
  SMALL_TEXT,
  SPECK,
  SPECK_SCORE,
  UNEVEN,
} from "../../generated/line-detector";
import { bottomOf, rightOf } from "../../ink/boxes";
import { labelled } from "../../ink/components";
import { boxOfLine, lengthOfLine, type TextLine } from "../../ink/line-pictures";
import { median, rounded } from "../../ink/numbers";
import { blank, type Grey } from "../../ink/picture";
import { resize } from "../../ink/resize";
import type { Graph } from "../../runtime/graph";
import { Network, type Output } from "../../runtime/network";

/** What the network sees of writing. */
export interface Writing {
  /** In no particular order. */
  readonly lines: TextLine[];
  /** The highest probability, at any scale and place, that there is a line. */
  readonly score: number;
}

export class LineDetector {
  readonly #network: Network;

  constructor(graph: Graph) {
    this.#network = new Network(graph);
  }

  /** Find the lines of a picture. */
  find(grey: Grey): Writing {
    const first = Math.min(1, Math.sqrt(LOOK_PIXELS / (grey.width * grey.height)));
    const looks = [first, first / COARSER, first / COARSER ** 2].map((scale) => this.look(grey, scale));
    const large = looks.slice(1).map(({ lines }, index) => {
      const scale = first / COARSER ** (index + 1);
      return lines.filter(({ height }) => height * scale >= LARGE_TEXT);
    });
    const lines = bestOf([looks[0]?.lines ?? [], ...large]);
    const parts = rowsOf(withoutSpecks(this.#withFiner(grey, first, lines))).flatMap(numbersOf);
    return { lines: parts.map(joined), score: Math.max(...looks.map(({ score }) => score)) };
  }

  /** The lines, and where their digits are low in the first look, those of a finer one. */
  #withFiner(grey: Grey, first: number, lines: TextLine[]): TextLine[] {
    const height = usualHeight(lines);
    if (!lines.length || first === 1 || height * first >= SMALL_TEXT) return lines;
    const most = Math.sqrt(MAX_LOOK_PIXELS / (grey.width * grey.height));
    const scale = Math.min(1, GOOD_HEIGHT / height, most);
    const finer = scale > first ? this.look(grey, scale).lines : [];
    return [...finer, ...lines.filter((line) => !finer.some((other) => areSame(line, other)))];
  }

  /** Find the lines of a picture that is resized by `scale` first. */
  look(grey: Grey, scale: number): Writing {
    const seen = resize(grey, scale);
    const maps = this.maps(seen);
    const [across, down] = [grey.width / seen.width, grey.height / seen.height];
    const lines = linesOf(maps).map(
      ({ start, end, height, score }): TextLine => ({
        start: [start[0] * across, start[1] * down],
        end: [end[0] * across, end[1] * down],
        height: height * down,
        score,
      }),
    );
    return { lines, score: coreOf(maps).pixels.reduce((most, level) => Math.max(most, level), 0) / 255 };
  }

  /** The maps of a look: for each cell the probability of a core, the height in doublings, and the ruling. */
  maps(seen: Grey): Output {
    const { width, height, pixels } = padded(seen);
    const [maps] = this.#network.run(pixels, { n: 1, height, width }, ["lines"]);
    if (!maps) throw new Error("the line detector has no output");
    const [columns, rows] = [Math.ceil(seen.width / CELL), Math.ceil(seen.height / CELL)];
    const values = new Float32Array(columns * rows * maps.channels);
    const wide = columns * maps.channels;
    for (let y = 0; y < rows; y++) {
      const start = y * maps.width * maps.channels;
      values.set(maps.values.subarray(start, start + wide), y * wide);
    }
    return { values, height: rows, width: columns, channels: maps.channels };
  }
}

/** The median height of digits, in which a long line counts more than a speck of the ruling; 0 without lines. */
function usualHeight(lines: readonly TextLine[]): number {
  const ranked = lines.toSorted((a, b) => a.height - b.height);
  const half = ranked.reduce((sum, line) => sum + lengthOfLine(line), 0) / 2;
  let length = 0;
  const middle = ranked.find((line) => {
    length += lengthOfLine(line);
    return length >= half;
  });
  return middle?.height ?? 0;
}

/** Leave out what is far lower than other lines and hardly seen: pieces of dashed ruling. */
function withoutSpecks(lines: readonly TextLine[]): TextLine[] {
  const sure = lines.filter(({ score }) => score >= SPECK_SCORE);
  const usual = usualHeight(sure.length ? sure : lines);
  return lines.filter(({ score, height }) => score >= SPECK_SCORE || score * height >= SPECK * usual);
}

/** The core of the maps of a look in levels, so that other arithmetic decides alike. */
export function coreOf({ values, width, height, channels }: Output): Grey {
  const core = blank(width, height);
  for (let cell = 0; cell < core.pixels.length; cell++)
    core.pixels[cell] = rounded(Math.fround((values[cell * channels] as number) * 255));
  return core;
}

/** The lines of the maps of a look, in pixels of the look. */
function linesOf(maps: Output): TextLine[] {
  const core = coreOf(maps);
  const { labels, components } = labelled(core, CORE);
  const pieces = components.flatMap(({ box, area }, index) => {
    let [total, heights, across, down] = [0, 0, 0, 0];
    const each = (look: (weight: number, x: number, y: number, cell: number) => void) => {
      for (let y = box.y; y < bottomOf(box); y++)
        for (let x = box.x, cell = y * core.width + x; x < rightOf(box); x++, cell++)
          if (labels[cell] === index + 1)
            look(core.pixels[cell] as number, (x + 0.5) * CELL, (y + 0.5) * CELL, cell);
    };
    each((weight, x, y, cell) => {
      total += weight;
      heights += weight * (maps.values[cell * maps.channels + 1] as number);
      across += weight * x;
      down += weight * y;
    });
    const digit = MIDDLE_HEIGHT * 2 ** Math.min(Math.max(heights / total, -4), 6);
    if (area * CELL * CELL < MIN_AREA * digit * digit) return [];
    const [x, y] = [across / total, down / total];
    let [spread, both] = [0, 0];
    each((weight, cellX, cellY) => {
      spread += weight * (cellX - x) ** 2;
      both += weight * (cellX - x) * (cellY - y);
    });
    const isLong = box.width * CELL >= LONG_LINE * digit;
    const slope = isLong ? both / Math.max(spread, 1e-6) : null;
    return [
      { left: box.x * CELL, right: rightOf(box) * CELL, x, y, digit, slope, score: total / area / 255 },
    ];
  });
  if (pieces.length > MAX_LINES) return [];
  const slopes = pieces.flatMap(({ slope }) => slope ?? []);
  const usual = slopes.length ? median(slopes) : 0;
  return pieces.map(({ left, right, x, y, digit, slope, score }) => {
    const down = slope ?? usual;
    return {
      start: [left, y + down * (left - x)],
      end: [right, y + down * (right - x)],
      height: digit / Math.hypot(1, down),
      score,
    };
  });
}

/** The lines of several looks, and of those that lie on one another the one with the highest score. */
function bestOf(looks: readonly TextLine[][]): TextLine[] {
  const ranked = looks
    .flatMap((lines, look) => lines.map((line) => ({ line, look })))
    .sort((a, b) => b.line.score - a.line.score);
  const kept: typeof ranked = [];
  for (const own of ranked)
    if (!kept.some(({ line, look }) => look !== own.look && areSame(own.line, line))) kept.push(own);
  return kept.map(({ line }) => line);
}

/** Whether a line lies on another one, found at another scale. */
function areSame(line: TextLine, other: TextLine): boolean {
  const [own, their] = [boxOfLine(line), boxOfLine(other)];
  const across = Math.min(rightOf(own), rightOf(their)) - Math.max(own.x, their.x);
  const down = Math.min(bottomOf(own), bottomOf(their)) - Math.max(own.y, their.y);
  return (
    across > SAME_LINE * Math.min(own.width, their.width) &&
    down > SAME_LINE * Math.min(own.height, their.height)
  );
}

/** Lines that go on in one another, from left to right. */
function rowsOf(lines: readonly TextLine[]): TextLine[][] {
  const rows: TextLine[][] = [];
  for (const line of lines.toSorted(byMiddle)) {
    const endOf = (row: TextLine[]) => row[row.length - 1] as TextLine;
    const fitting = rows.filter((row) => goesOn(endOf(row), line));
    const [first, ...others] = fitting;
    if (!first) rows.push([line]);
    else
      others.reduce((best, row) => (endOf(row).end[0] > endOf(best).end[0] ? row : best), first).push(line);
  }
  return rows;
}

/** Whether the right line lies where the left one would go on. */
function goesOn(left: TextLine, right: TextLine): boolean {
  const [high, low] = left.height >= right.height ? [left, right] : [right, left];
  if (low.height < MIN_OTHER_HEIGHT * high.height) return false;
  const [x, y] = [(low.start[0] + low.end[0]) / 2, (low.start[1] + low.end[1]) / 2];
  const slope = (high.end[1] - high.start[1]) / Math.max(high.end[0] - high.start[0], 1);
  return Math.abs(high.start[1] + slope * (x - high.start[0]) - y) < OFF_ROW * high.height;
}

const byMiddle = (a: TextLine, b: TextLine) => a.start[0] + a.end[0] - b.start[0] - b.end[0];

/** How far apart neighbours are, as multiples of the higher one's digits' height. */
function gapsOf(row: readonly TextLine[]): number[] {
  return row.slice(1).map((line, index) => {
    const left = row[index] as TextLine;
    return (line.start[0] - left.end[0]) / Math.max(left.height, line.height);
  });
}

/** Whether all lines stand beside one another, as close as the parts of a number with gaps do. */
export function mayBeOneNumber(lines: readonly TextLine[]): boolean {
  return rowsOf(lines).length === 1 && gapsOf(lines.toSorted(byMiddle)).every((gap) => gap < NUMBER_GAP);
}

/** A row in numbers: what is close is one, and single digits with even gaps are too. */
function numbersOf(row: readonly TextLine[]): TextLine[][] {
  const gaps = gapsOf(row);
  const isDigit = row.every((line) => lengthOfLine(line) < DIGIT_LENGTH * line.height);
  const even = Math.min(DIGIT_GAP, UNEVEN * Math.max(Math.min(...gaps), PART_GAP));
  if (isDigit && gaps.length && Math.max(...gaps) < even) return [[...row]];
  const numbers: TextLine[][] = [];
  row.forEach((line, index) => {
    const gap = index ? (gaps[index - 1] as number) : Number.POSITIVE_INFINITY;
    if (gap < PART_GAP) numbers[numbers.length - 1]?.push(line);
    else numbers.push([line]);
  });
  return numbers;
}

/** The line that the parts of a number lie on; the longer ones count more. */
function joined(parts: readonly TextLine[]): TextLine {
  const [only, ...others] = parts;
  if (only && !others.length) return only;
  const weights = parts.map((part) => Math.max(lengthOfLine(part), 1));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const sumOf = (pick: (part: TextLine) => number) =>
    parts.reduce((sum, part, index) => sum + (weights[index] as number) * pick(part), 0);
  const x = sumOf(({ start, end }) => (start[0] + end[0]) / 2) / total;
  const y = sumOf(({ start, end }) => (start[1] + end[1]) / 2) / total;
  const both = sumOf(({ start, end }) => (start[0] - x) * (start[1] - y) + (end[0] - x) * (end[1] - y));
  const spread = sumOf(({ start, end }) => (start[0] - x) ** 2 + (end[0] - x) ** 2);
  const slope = both / Math.max(spread, 1e-6);
  const sides = parts.flatMap(({ start, end }) => [start[0], end[0]]);
  const [left, right] = [Math.min(...sides), Math.max(...sides)];
  return {
    start: [left, y + slope * (left - x)],
    end: [right, y + slope * (right - x)],
    height: sumOf(({ height }) => height) / total,
    score: sumOf(({ score }) => score) / total,
  };
}

/**
 * Leave out lines whose ink the upper or lower edge of a picture cuts off: they are what is left of other ones. What is
 * left looks lower than it was, so it is taken to be as high as the lines that lie away from the edges.
 */
export function withoutCutOff(lines: readonly TextLine[], grey: Grey): TextLine[] {
  const isAway = (line: TextLine) => {
    const above = boxOfLine(line).y - line.height;
    return above > 0 && above < grey.height - 3 * line.height;
  };
  const away = lines.filter(isAway).map((line) => line.height);
  const usual = away.length ? median(away) : 0;
  return lines.filter((line) => !isCutOff(line, grey, Math.max(0, usual - line.height)));
}

/** Whether digits higher by so many pixels would reach over an edge, and a line's ink touches it there. */
function isCutOff(line: TextLine, { width, height, pixels }: Grey, more: number): boolean {
  const box = boxOfLine(line);
  const over = CUT_OFF * line.height - more;
  const top = Math.max(0, Math.floor(box.y));
  const bottom = Math.min(Math.max(1, Math.ceil(bottomOf(box))), height);
  const rows = (first: number, end: number, beside = 0) => {
    const left = Math.max(0, Math.floor(box.x - beside));
    const right = Math.min(Math.max(1, Math.ceil(rightOf(box) + beside)), width);
    return Array.from({ length: Math.max(0, end - first) }, (_, index) => (first + index) * width).flatMap(
      (start) => [...pixels.subarray(start + left, start + Math.max(left, right))],
    );
  };
  if (!rows(top, bottom).length) return true;
  // a single stroke fills its box, and shows no paper
  const halfways = [0, line.height].map((beside) => {
    const levels = Uint8Array.from(rows(top, bottom, beside)).sort();
    const levelAt = (index: number) => levels[Math.floor(index)] as number;
    return (levelAt(levels.length / DARKEST) + levelAt(levels.length / 2)) / 2;
  });
  // what was found of a digit may end before its ink does
  const near = PART_GAP * line.height;
  const above = box.y < -over ? rows(0, 1, near) : [];
  const below = bottomOf(box) > height + over ? rows(height - 1, height, near) : [];
  return [...above, ...below].some((level) => level < Math.max(...halfways));
}

/** Repeat the right and lower edge, up to a multiple of what the network halves. */
function padded({ width, height, pixels }: Grey): Grey {
  const upTo = (side: number) => Math.ceil(side / MULTIPLE) * MULTIPLE;
  const page = blank(upTo(width), upTo(height));
  for (let y = 0; y < page.height; y++) {
    const [start, from] = [y * page.width, Math.min(y, height - 1) * width];
    page.pixels.set(pixels.subarray(from, from + width), start);
    page.pixels.fill(pixels[from + width - 1] as number, start + width, start + page.width);
  }
  return page;
}
