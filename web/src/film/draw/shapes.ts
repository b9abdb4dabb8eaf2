/** The shapes of a frame, in units of the film's world, where a digit is 100 wide. */
import type { Colour, Palette, Rgb } from "../../shared/colours";

interface Shown {
  /** 0 to 1. */
  alpha: number;
}

/** A square of side · side values; those that are NaN are left out. */
export interface Cells extends Shown {
  kind: "cells";
  x: number;
  y: number;
  size: number;
  side: number;
  values: ArrayLike<number>;
  /** "ink": ink on paper; "found": how much was found, from 0 on; "signed": for and against. */
  palette: "ink" | "found" | "signed";
  /** The magnitude that gets the full colour. */
  full: number;
  /** Whether it is ink alone, without the paper. */
  isBare: boolean;
}

export interface Line extends Shown {
  kind: "line";
  from: readonly [x: number, y: number];
  to: readonly [x: number, y: number];
  width: number;
  colour: Colour;
}

export interface Box extends Shown {
  kind: "box";
  x: number;
  y: number;
  width: number;
  height: number;
  colour: Colour;
  /** The width of its edge; 0 if it is filled. */
  edge: number;
}

export interface Dot extends Shown {
  kind: "dot";
  x: number;
  y: number;
  radius: number;
  colour: Colour;
}

export interface Text extends Shown {
  kind: "text";
  x: number;
  /** Of its middle. */
  y: number;
  size: number;
  text: string;
  colour: Colour;
  align: "start" | "middle" | "end";
  /** Whether in the typeface of titles. */
  isLarge: boolean;
}

export type Shape = Cells | Line | Box | Dot | Text;

/** The minimum that the camera sees; pictures of other proportions show more. */
export interface Camera {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Frame {
  camera: Camera;
  shapes: readonly Shape[];
}

type Rest<S extends Shape, Optional extends keyof S> = Omit<S, "kind" | "alpha" | Optional> &
  Partial<Pick<S, Optional | "alpha">>;

export function cells(shape: Rest<Cells, "isBare" | "full">): Cells {
  return { kind: "cells", alpha: 1, isBare: false, full: largestOf(shape.values), ...shape };
}

export function line(shape: Rest<Line, never>): Line {
  return { kind: "line", alpha: 1, ...shape };
}

export function box(shape: Rest<Box, "edge">): Box {
  return { kind: "box", alpha: 1, edge: 0, ...shape };
}

export function dot(shape: Rest<Dot, never>): Dot {
  return { kind: "dot", alpha: 1, ...shape };
}

export function text(shape: Rest<Text, "align" | "isLarge" | "colour">): Text {
  return { kind: "text", alpha: 1, align: "middle", isLarge: false, colour: "ink", ...shape };
}

/** The largest magnitude, above 0. */
export function largestOf(values: ArrayLike<number>): number {
  let most = 1e-12;
  for (let index = 0; index < values.length; index++) {
    const size = Math.abs(values[index] ?? 0);
    if (size > most) most = size;
  }
  return most;
}

/** The colour of a value in `Cells`. */
export function colourOf({ palette, full, isBare }: Cells, value: number, colours: Palette): Rgb {
  const strength = Math.min(Math.abs(value) / full, 1);
  if (palette === "ink") return mix(isBare ? colours.surface : colours.sunken, colours.ink, strength);
  const target = palette === "signed" && value < 0 ? colours.warn : colours.accent;
  return mix(colours.sunken, target, strength);
}

function mix(from: Rgb, to: Rgb, fraction: number): Rgb {
  const part = (channel: 0 | 1 | 2) => Math.round(from[channel] + (to[channel] - from[channel]) * fraction);
  return [part(0), part(1), part(2)];
}

/** How the world is moved and scaled into a picture: the camera's middle comes to the picture's. */
export function lens(camera: Camera, width: number, height: number): { scale: number; x: number; y: number } {
  const scale = Math.min(width / camera.width, height / camera.height);
  return { scale, x: width / 2 - scale * camera.x, y: height / 2 - scale * camera.y };
}

const LEAST = 0.004; // alpha: less is no colour of a screen

/** Whether a part of a shape is visible between two x of the world. */
export function isSeen(shape: Shape, from: number, to: number): boolean {
  if (shape.alpha < LEAST) return false;
  const [left, right] = reachOf(shape);
  return right >= from && left <= to;
}

/** From the left to the right end of a shape. */
function reachOf(shape: Shape): [number, number] {
  switch (shape.kind) {
    case "line":
      return [Math.min(shape.from[0], shape.to[0]), Math.max(shape.from[0], shape.to[0])];
    case "cells":
      return [shape.x, shape.x + shape.size];
    case "box":
      return [shape.x, shape.x + shape.width];
    case "dot":
      return [shape.x - shape.radius, shape.x + shape.radius];
    case "text":
      return [shape.x - shape.size * shape.text.length, shape.x + shape.size * shape.text.length];
  }
}
