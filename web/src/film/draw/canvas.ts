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
