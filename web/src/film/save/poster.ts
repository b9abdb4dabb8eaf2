/** The film on one page: every stop with its sentence, as an SVG. */

import { say } from "../../sentences/say";
import { css, type Look } from "../draw/canvas";
import type { Film } from "../draw/frame";
import { escaped, svgOf } from "../draw/svg";
import { restOf, STOPS } from "../story";
import { wrapped } from "./still";

const PANEL = { width: 320, height: 180 };
const [COLUMNS, GAP, HEAD, FOOT] = [3, 20, 84, 44];
const TEXT = { size: 13, line: 18, lines: 3 };
const WIDE = /[\u2e80-\u9fff\uff00-\uffef]/u; // as wide as high

export interface Told {
  title: string;
  /** A sentence for each stop. */
  captions: readonly string[];
}

export function posterOf(film: Film, { title, captions }: Told, look: Look): string {
  const rows = Math.ceil(STOPS.length / COLUMNS);
  const high = PANEL.height + 8 + TEXT.lines * TEXT.line + GAP;
  const [width, height] = [GAP + COLUMNS * (PANEL.width + GAP), HEAD + rows * high + FOOT];
  const panels = STOPS.map((_, index) => {
    const x = GAP + (index % COLUMNS) * (PANEL.width + GAP);
    const y = HEAD + Math.floor(index / COLUMNS) * high;
    const sentence = wrapped(`${index + 1}. ${captions[index] ?? ""}`, widthOf, PANEL.width).map(
      (line, number) => written(line, x, y + PANEL.height + 22 + number * TEXT.line, TEXT.size, look),
    );
    return svgOf(film(restOf(index)), { x, y, ...PANEL }, look) + sentence.join("");
  });
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img">` +
    `<title>${escaped(title)}</title>` +
    `<rect width="${width}" height="${height}" fill="${css(look.colours.sunken)}"/>` +
    `${written(title, GAP, 54, 32, look, true)}${panels.join("")}` +
    `${written(say("film.poster.about"), GAP, height - 18, TEXT.size, look)}</svg>`
  );
}

function written(text: string, x: number, y: number, size: number, look: Look, isTitle = false): string {
  const font = escaped(isTitle ? look.fonts.display : look.fonts.text);
  return (
    `<text x="${x}" y="${y}" font-size="${size}" font-family="${font}"${isTitle ? ' font-weight="600"' : ""} ` +
    `fill="${css(look.colours.ink)}">${escaped(text)}</text>`
  );
}

/** An estimate from typical letter widths. */
function widthOf(text: string): number {
  return [...text].reduce((sum, letter) => sum + (WIDE.test(letter) ? 1 : 0.54), 0) * TEXT.size;
}
