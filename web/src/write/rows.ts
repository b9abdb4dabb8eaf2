/** Readings as shown become CSV and JSON, as `shuzi read --csv` and the service write them, with what was corrected. */
import { COLUMNS, PLAIN } from "../generated/tables";
import { csvOf, neutral } from "../shared/files";
import type { Shown } from "./digits";
import { boxOf, digitOf, type Glyph, isDigit, statusOf } from "./glyphs";

/** The name of a picture, and its reading, or why it could not be read. */
export type Named = { source: string } & ({ shown: Shown } | { error: string });

/** CSV for a spreadsheet; no confidence where a person corrected, since that was in what was read. */
export function asCsv(readings: readonly Named[]): string {
  const rows = readings.map((named) => [
    neutral(named.source),
    ...("shown" in named ? read(named.shown) : unread(named.error)),
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

function unread(error: string): string[] {
  return ["", "error", "", neutral(error), "", "error", "", "false"];
}

/** JSON; a character that a person said has no probability, and `corrected` is true. */
export function asJson(readings: readonly Named[]): string {
  return `${JSON.stringify({ readings: readings.map(asObject) }, null, 1)}\n`;
}

function asObject(named: Named) {
  if ("error" in named) return named;
  const { source, shown } = named;
  const { text, digits_text, status, digits_status, isCorrected, glyphs, ignored, alternatives, message } =
    shown;
  return {
    source,
    text,
    digits_text,
    status,
    corrected: isCorrected,
    confidence: isCorrected ? null : shown.confidence,
    digits_status,
    digits_confidence: isCorrected ? null : shown.digits_confidence,
    lines: shown.lines ?? [],
    digits: glyphs.filter(({ character }) => isDigit(character)).map(digitObject),
    marks: glyphs.filter(({ character }) => !isDigit(character)).map(markObject),
    ignored,
    alternatives,
    message,
  };
}

function digitObject(glyph: Glyph) {
  return {
    digit: Number(glyph.character),
    probability: glyph.isMine ? null : (glyph.read?.probability ?? null),
    probabilities: glyph.isMine ? null : (digitOf(glyph)?.probabilities ?? null),
    corrected: glyph.isMine,
    box: boxOf(glyph),
    status: statusOf(glyph),
  };
}

function markObject(glyph: Glyph) {
  return {
    mark: glyph.character,
    probability: glyph.isMine ? null : (glyph.read?.probability ?? null),
    corrected: glyph.isMine,
    box: boxOf(glyph),
    alternatives: !glyph.isMine && glyph.read && "mark" in glyph.read ? glyph.read.alternatives : [],
  };
}
