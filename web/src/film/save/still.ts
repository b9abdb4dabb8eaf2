/** One moment of the film with its sentence below it, as videos and animated pictures show it. */
import { css, type Look, paint } from "../draw/canvas";
import type { Film } from "../draw/frame";
import { stopAt } from "../story";

const BAND = 0.2; // of the height, for the sentence

export interface Reel {
  film: Film;
  captions: readonly string[];
  look: Look;
}

/** Paint a moment on the whole canvas. */
export function still(context: CanvasRenderingContext2D, { film, captions, look }: Reel, t: number): void {
  const { width, height } = context.canvas;
  const band = Math.round(BAND * height);
  paint(context, film(t), { x: 0, y: 0, width, height: height - band }, look);
  context.fillStyle = css(look.colours.sunken);
  context.fillRect(0, height - band, width, band);
  const size = band / 4.2;
  context.fillStyle = css(look.colours.ink);
  context.font = `${size}px ${look.fonts.text}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  const lines = balanced(captions[stopAt(t)] ?? "", (text) => context.measureText(text).width, 0.94 * width);
  for (const [index, line] of lines.entries())
    context.fillText(line, width / 2, height - band / 2 + (index - (lines.length - 1) / 2) * 1.3 * size);
}

const PIECES = /[\u2e80-\u9fff\uff00-\uffef]|[^\s\u2e80-\u9fff\uff00-\uffef]+\s*|\s+/gu; // a word, or a Chinese character
const MARK = /^[，。：；、）]/u; // never begins a line

/** As few lines as possible, about equally long. */
function balanced(sentence: string, widthOf: (text: string) => number, most: number): string[] {
  const lines = wrapped(sentence, widthOf, most);
  const narrower = wrapped(sentence, widthOf, 0.95 * most);
  return lines.length > 1 && narrower.length === lines.length
    ? balanced(sentence, widthOf, 0.95 * most)
    : lines;
}

/** A sentence as lines that are no wider than `most`. */
export function wrapped(sentence: string, widthOf: (text: string) => number, most: number): string[] {
  const lines = [""];
  for (const piece of sentence.match(PIECES) ?? []) {
    const line = lines.at(-1) ?? "";
    if (line && widthOf(line + piece.trimEnd()) > most && !MARK.test(piece)) lines.push(piece);
    else lines[lines.length - 1] = line + piece;
  }
  return lines.map((line) => line.trim());
}
