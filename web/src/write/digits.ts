/** Combine a reading with a person's corrections, for display, copying and export. */
import { computed, type ReadonlySignal, signal } from "@preact/signals";
import { COLUMNS, PLAIN } from "../generated/tables";
import { sentence } from "../here/read";
import { union } from "../ink/boxes";
import { partsOf } from "../reading/decide/doubts";
import type { Digit, Mark, NumberLine, Reading } from "../readings";
import { say } from "../sentences/say";
import { csvOf, neutral } from "../shared/files";
import { inverse, type Placement, placeRect, type Rect } from "./geometry";
import { boxOf, digitOf, type Glyph, glyphsOf, isDigit, statusOf, textOf } from "./glyphs";
import { type Patch, patched } from "./patches";

/** A reading as it is shown. */
export interface Shown extends Reading {
  /** The characters of its text, their boxes in pixels of the picture. */
  readonly glyphs: readonly Glyph[];
  /** Whether a person changed or confirmed anything; then its confidence says nothing about its text. */
  readonly isCorrected: boolean;
}

/** The reading to which the corrections of a picture belong. */
interface Position {
  readonly patches: readonly Patch[];
  /** From the picture's pixels to the units of the corrections. */
  readonly onto: Placement;
  inkAt(region: Rect): readonly number[];
}

/** The reading with its corrections. */
export function shownOf(reading: Reading, { patches, onto, inkAt }: Position): Shown {
  const read = glyphsOf(reading);
  if (patches.length === 0) return { ...reading, glyphs: read, isCorrected: false };
  const moved = patched(
    read.map((glyph) => ({ ...glyph, box: placeRect(glyph.box, onto) })),
    patches,
    inkAt,
  );
  const back = inverse(onto);
  const glyphs = moved.map((glyph) => ({ ...glyph, box: placeRect(glyph.box, back) }));
  const text = textOf(glyphs);
  if (text === reading.text && !glyphs.some(({ isMine }) => isMine))
    return { ...reading, glyphs: read, isCorrected: false };
  const status = statusNow(reading, read, glyphs);
  return {
    ...reading,
    text,
    digits_text: [...text].filter((character) => character === "\n" || isDigit(character)).join(""),
    digits: glyphs.filter(({ character }) => isDigit(character)).map(asDigit),
    marks: glyphs.filter(({ character }) => !isDigit(character)).map(asMark),
    alternatives: [],
    lines: linesOf(reading, glyphs),
    status,
    digits_status: status,
    message: sentenceFor(status, reading, read, glyphs),
    glyphs,
    isCorrected: true,
  };
}

/** The lines of what a person corrected, each still as sure as it was if nothing of it changed. */
function linesOf({ lines = [] }: Reading, glyphs: readonly Glyph[]): NumberLine[] {
  return [...new Set(glyphs.map(({ line }) => line))]
    .sort((a, b) => a - b)
    .map((number) => {
      const own = glyphs.filter(({ line }) => line === number);
      const text = own.map(({ character }) => character).join("");
      const read = lines[number];
      if (read?.text === text && !own.some(({ isMine }) => isMine)) return read;
      return {
        text,
        digits_text: own.flatMap(({ character }) => (isDigit(character) ? character : [])).join(""),
        box: boxOf({ box: own.map(({ box }) => box).reduce((a, b) => union(a, b)) }),
        status: own.some(isDoubtful) ? "unsure" : "ok",
        confidence: own.reduce((product, glyph) => product * probabilityOf(glyph), 1),
        message: "",
      };
    });
}

function statusNow(reading: Reading, read: readonly Glyph[], glyphs: readonly Glyph[]): Reading["status"] {
  if (glyphs.length === 0) return "blank";
  if (glyphs.every(({ isMine }) => isMine)) return "ok";
  if (glyphs.some(isDoubtful)) return "unsure";
  if (hindrance(reading, read, glyphs)) return "unsure";
  // nothing else was doubtful, and this has been corrected
  return reading.status === "ok" || read.some(isDoubtful) ? "ok" : "unsure";
}

/** What makes a reading unsure whatever its characters are: the sentence about it. */
function hindrance(
  { text, ignored, message }: Reading,
  read: readonly Glyph[],
  glyphs: readonly Glyph[],
): string | null {
  if (ignored.some(({ kind }) => kind === "unknown")) return sentence(["reading.unknown_ink", {}]);
  const isInside = ignored.some(({ kind, box }) => kind === "sign" && isBetween(box, glyphs));
  if (isInside) return sentence(["reading.sign_inside", {}]);
  const digits = read.filter(({ character }) => isDigit(character));
  const marks = read.filter(({ character }) => !isDigit(character));
  const parts = partsOf({ text, digits, marks });
  const doubts = [sentence(["reading.struck", {}])];
  if (parts) doubts.push(sentence(["reading.wide_gap", { first: parts[0], second: parts[1] }]));
  return doubts.includes(message) ? message : null;
}

/** Whether characters of one line stand on both sides of a box. */
function isBetween([x, y, width, height]: Readonly<Digit["box"]>, glyphs: readonly Glyph[]): boolean {
  const neighbours = glyphs.filter(({ box }) => box.y < y + height && box.y + box.height > y);
  const middle = x + width / 2;
  const isBefore = ({ box }: Glyph) => box.x + box.width / 2 < middle;
  return neighbours.some(isBefore) && !neighbours.every(isBefore);
}

function isDoubtful(glyph: Glyph): boolean {
  return statusOf(glyph) !== "ok";
}

function sentenceFor(
  status: Reading["status"],
  reading: Reading,
  read: readonly Glyph[],
  glyphs: readonly Glyph[],
): string {
  if (status === "blank") return say("write.why.all_deleted");
  if (status === "ok")
    return say(glyphs.every(({ isMine }) => isMine) ? "write.why.all_mine" : "write.why.corrected");
  const indices = glyphs.flatMap((glyph, index) => (isDoubtful(glyph) ? [index + 1] : []));
  if (indices.length === 0) {
    return hindrance(reading, read, glyphs) ?? say("write.why.rest");
  }
  return say("write.why.check", indices.join(say("write.list_comma")), indices.length);
}

function asDigit(glyph: Glyph): Digit {
  const read = digitOf(glyph);
  const digit = Number(glyph.character);
  const probabilities =
    read?.probabilities ??
    Array.from({ length: 10 }, (_, candidate) => (candidate === digit ? probabilityOf(glyph) : 0));
  const probability = probabilityOf(glyph);
  return { ...read, digit, probability, probabilities, box: boxOf(glyph), status: statusOf(glyph) };
}

function asMark(glyph: Glyph): Mark {
  const { isMine, read } = glyph;
  const alternatives = read && !isMine && "alternatives" in read ? read.alternatives : [];
  const mark = glyph.character as Mark["mark"];
  return { mark, probability: probabilityOf(glyph), box: boxOf(glyph), alternatives };
}

/** A corrected character is certain; of an unread one, nothing is known. */
function probabilityOf({ isMine, read }: Glyph): number {
  return isMine ? 1 : (read?.probability ?? 0);
}

/** Things that can be corrected: a picture, or the sheet, where strokes and corrections are undone in one order. */
export interface Correctable {
  readonly patches: ReadonlySignal<readonly Patch[]>;
  readonly canUndo: ReadonlySignal<boolean>;
  correct(patch: Patch): void;
  undo(): void;
}

export class Corrections implements Correctable {
  readonly #patches;
  readonly patches = computed(() => this.#patches.value);
  readonly canUndo = computed(() => this.#patches.value.length > 0);

  constructor(patches: readonly Patch[] = []) {
    this.#patches = signal(patches);
  }

  correct(patch: Patch): void {
    this.#patches.value = [...this.#patches.peek(), patch];
  }

  undo(): void {
    this.#patches.value = this.#patches.peek().slice(0, -1);
  }
}

/** The name of a picture, and its reading, or why it could not be read. */
export type Named = { source: string } & ({ shown: Shown } | { error: string });

/**
 * CSV for a spreadsheet, as `shuzi read --csv` and the service write it, with what was corrected; no confidence where a
 * person corrected, since that was in what was read.
 */
export function asCsv(readings: readonly Named[]): string {
  const rows = readings.map((named) => [
    neutral(named.source),
    ...("shown" in named
      ? read(named.shown)
      : ["", "error", "", neutral(named.error), "", "error", "", "false"]),
  ]);
  return csvOf([[...COLUMNS, "corrected"], ...rows]);
}

function read(shown: Shown): string[] {
  return [
    new RegExp(`^(${PLAIN})$`).test(shown.text) ? shown.text : `'${shown.text}`,
    shown.status,
    shown.isCorrected ? "" : String(shown.confidence),
    shown.message,
    shown.digits_text,
    shown.digits_status,
    shown.isCorrected ? "" : String(shown.digits_confidence),
    String(shown.isCorrected),
  ];
}
