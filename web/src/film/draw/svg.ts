/** Frames as SVG: a picture of one moment, and a poster of all stops. */
import type { Palette } from "../../shared/colours";
import { css, type Look } from "./canvas";
import { type Cells, colourOf, type Frame, isSeen, type Shape } from "./shapes";

const LEVELS = 24; // levels of a colour; cells of the same level share a path

/** @param at where the picture is in the SVG around it */
export function svgOf(
  frame: Frame,
  at: { x: number; y: number; width: number; height: number },
  look: Look,
): string {
  const { camera } = frame;
  const scale = Math.min(at.width / camera.width, at.height / camera.height);
  const [width, height] = [at.width / scale, at.height / scale];
  const [left, top] = [camera.x - width / 2, camera.y - height / 2];
  const seen = frame.shapes.filter((shape) => isSeen(shape, left, left + width));
  const inside = seen.map((shape) => drawn(shape, look));
  const [x, y, w, h] = [left, top, width, height].map(short);
  return (
    `<svg x="${at.x}" y="${at.y}" width="${at.width}" height="${at.height}" viewBox="${x} ${y} ${w} ${h}">` +
    `<rect x="${x}" y="${y}" width="${w}" height="${h}" fill="${css(look.colours.surface)}"/>` +
    `${inside.join("")}</svg>`
  );
}

/** A text of an SVG, which may hold any character. */
export function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}

function drawn(shape: Shape, look: Look): string {
  if (shape.kind === "cells") return cellsOf(shape, look.colours);
  const paint = `"${css(look.colours[shape.colour])}"`;
  const alpha = shape.alpha < 1 ? ` opacity="${short(shape.alpha)}"` : "";
  switch (shape.kind) {
    case "line": {
      const [x1, y1, x2, y2] = [...shape.from, ...shape.to].map(short);
      return `<path d="M${x1} ${y1}L${x2} ${y2}" stroke=${paint} stroke-width="${shape.width}"${alpha}/>`;
    }
    case "box": {
      const [x, y, width, height] = [shape.x, shape.y, shape.width, shape.height].map(short);
      const how =
        shape.edge > 0 ? `fill="none" stroke=${paint} stroke-width="${shape.edge}"` : `fill=${paint}`;
      return `<rect x="${x}" y="${y}" width="${width}" height="${height}" ${how}${alpha}/>`;
    }
    case "dot":
      return `<circle cx="${short(shape.x)}" cy="${short(shape.y)}" r="${shape.radius}" fill=${paint}${alpha}/>`;
    case "text": {
      const font = escaped(shape.isLarge ? look.fonts.display : look.fonts.text);
      return (
        `<text x="${short(shape.x)}" y="${short(shape.y)}" font-size="${short(shape.size)}" font-weight="600" ` +
        `font-family="${font}" text-anchor="${shape.align}" dominant-baseline="central" ` +
        `fill=${paint}${alpha}>${escaped(shape.text)}</text>`
      );
    }
  }
}

function cellsOf(shape: Cells, colours: Palette): string {
  const { x, y, size, side, values, isBare, full } = shape;
  const cell = size / side;
  const wide = short(1.03 * cell);
  const paths = new Map<string, string>();
  for (let index = 0; index < values.length; index++) {
    const value = values[index] as number;
    if (!value) continue;
    const level = Math.round(LEVELS * Math.min(Math.abs(value) / full, 1));
    if (level === 0) continue;
    const paint = css(colourOf(shape, (Math.sign(value) * full * level) / LEVELS, colours));
    const [left, top] = [x + (index % side) * cell, y + Math.floor(index / side) * cell].map(short);
    paths.set(paint, `${paths.get(paint) ?? ""}M${left} ${top}h${wide}v${wide}h-${wide}`);
  }
  const alpha = shape.alpha < 1 ? ` opacity="${short(shape.alpha)}"` : "";
  const [left, top, whole] = [x, y, size].map(short);
  const paper = `<rect x="${left}" y="${top}" width="${whole}" height="${whole}" fill="${css(colours.sunken)}"/>`;
  const tiles = Array.from(paths, ([paint, path]) => `<path d="${path}" fill="${paint}"/>`);
  return `<g${alpha}>${isBare ? "" : paper}${tiles.join("")}</g>`;
}

function short(value: number): string {
  return String(Math.round(value * 1000) / 1000);
}
