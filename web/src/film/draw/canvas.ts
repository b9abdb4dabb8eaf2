/** Paints a frame on a canvas. */
import { type Palette, paletteOf, type Rgb } from "../../shared/colours";
import {
  type Cells,
  colourOf,
  type Frame,
  isSeen,
  lens,
  type Scratches,
  type Shape,
  scratchesOf,
} from "./shapes";

/** Where on a canvas, in its pixels. */
export interface Picture {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Look {
  colours: Palette;
  fonts: { text: string; display: string };
}

const SMALLEST = 9; // pixels of a canvas: smaller text cannot be read, and is left out

/** The page's colours and typefaces as an element has them. */
export function lookOf(element: Element): Look {
  const style = getComputedStyle(element);
  return {
    colours: paletteOf(style),
    fonts: { text: style.getPropertyValue("--font-text"), display: style.getPropertyValue("--font-display") },
  };
}

export function css([red, green, blue]: Rgb): string {
  return `rgb(${red} ${green} ${blue})`;
}

export function paint(context: CanvasRenderingContext2D, frame: Frame, at: Picture, look: Look): void {
  const { scale, x, y } = lens(frame.camera, at.width, at.height);
  context.save();
  context.beginPath();
  context.rect(at.x, at.y, at.width, at.height);
  context.clip();
  context.fillStyle = css(look.colours.surface);
  context.fillRect(at.x, at.y, at.width, at.height);
  context.translate(at.x + x, at.y + y);
  context.scale(scale, scale);
  const half = at.width / scale / 2;
  const scratches = scratchesOf(context);
  for (const shape of frame.shapes) {
    if (!isSeen(shape, frame.camera.x - half, frame.camera.x + half)) continue;
    context.globalAlpha = Math.min(shape.alpha, 1);
    draw(context, shape, look, scale, scratches);
  }
  context.restore();
}

function draw(
  context: CanvasRenderingContext2D,
  shape: Shape,
  look: Look,
  scale: number,
  scratches: Scratches,
): void {
  if (shape.kind === "cells") {
    drawCells(context, shape, look.colours, scratches.next(shape.side));
    return;
  }
  context.fillStyle = css(look.colours[shape.colour]);
  context.strokeStyle = context.fillStyle;
  switch (shape.kind) {
    case "line":
      context.lineWidth = shape.width;
      context.beginPath();
      context.moveTo(...shape.from);
      context.lineTo(...shape.to);
      context.stroke();
      return;
    case "box":
      context.lineWidth = shape.edge;
      if (shape.edge > 0) context.strokeRect(shape.x, shape.y, shape.width, shape.height);
      else context.fillRect(shape.x, shape.y, shape.width, shape.height);
      return;
    case "dot":
      context.beginPath();
      context.arc(shape.x, shape.y, shape.radius, 0, 2 * Math.PI);
      context.fill();
      return;
    case "text":
      if (shape.size * scale < SMALLEST) return;
      context.font = `600 ${shape.size}px ${shape.isLarge ? look.fonts.display : look.fonts.text}`;
      context.textAlign = shape.align === "middle" ? "center" : shape.align;
      context.textBaseline = "middle";
      context.fillText(shape.text, shape.x, shape.y);
  }
}

function drawCells(
  context: CanvasRenderingContext2D,
  shape: Cells,
  colours: Palette,
  scratch: OffscreenCanvasRenderingContext2D | null,
): void {
  const { x, y, size, side, values, isBare } = shape;
  if (!scratch) return;
  if (!isBare) {
    context.fillStyle = css(colours.sunken);
    context.fillRect(x, y, size, size);
  }
  const image = scratch.createImageData(side, side);
  for (let index = 0; index < values.length; index++) {
    const value = values[index] as number;
    if (!value) continue; // 0, or not there yet
    const [red, green, blue] = isBare ? colours.ink : colourOf(shape, value, colours);
    image.data[4 * index] = red;
    image.data[4 * index + 1] = green;
    image.data[4 * index + 2] = blue;
    image.data[4 * index + 3] = isBare ? (255 * value) / shape.full : 255;
  }
  scratch.putImageData(image, 0, 0);
  context.imageSmoothingEnabled = isBare;
  context.drawImage(scratch.canvas, x, y, size, size);
}

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
