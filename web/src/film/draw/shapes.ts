/** The shapes of a frame, in units of the film's world, where a digit is 100 wide. */
import { largestMagnitude } from "../../ink/numbers";
import type { Colour, Palette, Rgb } from "../../shared/colours";
import type { Maps } from "../network";
import { columnsOf, type Take } from "../take";

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

interface Line extends Shown {
  kind: "line";
  from: readonly [x: number, y: number];
  to: readonly [x: number, y: number];
  width: number;
  colour: Colour;
}

interface Box extends Shown {
  kind: "box";
  x: number;
  y: number;
  width: number;
  height: number;
  colour: Colour;
  /** The width of its edge; 0 if it is filled. */
  edge: number;
}

interface Dot extends Shown {
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
  return { kind: "cells", alpha: 1, isBare: false, full: largestMagnitude(shape.values), ...shape };
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

/**
 * Canvases with a pixel for each cell, from which a frame is put together.
 *
 * WebKit looks at a canvas that is drawn on another only when the whole frame is shown. One that had been painted anew
 * by then would be seen wherever it was drawn, so no two pictures of a frame share one.
 */
type Scratch = OffscreenCanvasRenderingContext2D;

/** Those of one canvas on the page; its next frame takes the same ones again. */
export class Scratches {
  readonly #made = new Map<number, Scratch[]>();
  readonly #used = new Map<number, number>();

  /** The next frame begins. */
  rewind(): void {
    this.#used.clear();
  }

  /** One that this frame has not used yet; null if the browser has none. */
  next(side: number): Scratch | null {
    const used = this.#used.get(side) ?? 0;
    const made = this.#made.get(side) ?? [];
    const scratch =
      made[used] ?? new OffscreenCanvas(side, side).getContext("2d", { willReadFrequently: true });
    if (!scratch) return null;
    made[used] = scratch;
    this.#made.set(side, made);
    this.#used.set(side, used + 1);
    return scratch;
  }
}

const scratches = new WeakMap<CanvasRenderingContext2D, Scratches>();

/** Those of a canvas, for its next frame. */
export function scratchesOf(context: CanvasRenderingContext2D): Scratches {
  const own = scratches.get(context) ?? new Scratches();
  scratches.set(context, own);
  own.rewind();
  return own;
}

/** Values that many frames need, computed once. */
export interface Tiles {
  side: number;
  /** Each map, row by row. */
  values: readonly Float32Array[];
  /** The largest magnitude in any of them. */
  full: number;
}

/** Compute something of an object only once. */
function once<From extends object, To>(compute: (from: From) => To): (from: From) => To {
  const computed = new WeakMap<From, { value: To }>();
  return (from) => {
    const held = computed.get(from) ?? { value: compute(from) };
    computed.set(from, held);
    return held.value;
  };
}

export const tilesOf: (maps: Maps) => Tiles = once((maps) => ({
  side: maps.side,
  values: columnsOf(maps.values, maps.channels),
  full: largestMagnitude(maps.values),
}));

/** The change that the maps need: their negated gradient. */
export const wantedOf: (gradient: Maps) => Tiles = once((gradient) => {
  const { values, ...rest } = tilesOf(gradient);
  return { ...rest, values: values.map((tile) => tile.map((value) => -value)) };
});

/** From each of the last neurons to each digit, 40 · 10: its contribution to the score, and the change that the error demands. */
export const evidenceOf: (take: Take) => {
  given: Float32Array;
  asked: Float32Array;
  most: number;
  mostAsked: number;
} = once(({ weights, blocks, gradient }) => {
  const values = blocks.at(-1)?.values ?? new Float32Array();
  const { length } = gradient.scores;
  const given = weights.map((weight, index) => weight * (values[Math.floor(index / length)] ?? 0));
  const asked = weights.map((weight, index) => -weight * (gradient.scores[index % length] ?? 0));
  return { given, asked, most: largestMagnitude(given), mostAsked: largestMagnitude(asked) };
});

/** The positions of everything, from the ink on the left to the ten answers on the right. A digit is 100 by 100 units. */
export interface Square {
  x: number;
  y: number;
  size: number;
}

export const INK: Square = { x: 0, y: 0, size: 100 };
/** The window's weights, while it slides. */
export const WINDOW: Square = { x: 113, y: 35, size: 30 };
/** The window's outputs everywhere. */
export const SWEPT: Square = { x: 156, y: 0, size: 100 };

/** The neurons that are left, in a column, and the right end of the lines that come out of it. */
export const COLUMN = { x: 724, pitch: 2.5, size: 2.2, bar: 40 };
/** The ten answers: a row each. */
export const ROWS = { x: 836, pitch: 10, bar: 846, full: 54, end: 928 };
export const BIG = { x: 996, y: 44, size: 84 };

/** For each layer: how many maps stand in a column, how wide they are, and where. */
const LAYERS = [
  { x: 302, y: 6, rows: 2, pitch: 50, size: 38, apart: 58 },
  { x: 548, y: 0, rows: 7, pitch: 14.5, size: 12.6, apart: 15 },
  { x: 616, y: 0, rows: 7, pitch: 14.5, size: 12.6, apart: 15 },
  { x: 684, y: 0, rows: 10, pitch: 10.1, size: 8.6, apart: 0 },
] as const;

/** A map of a layer. */
export function mapAt(layer: number, channel: number): Square {
  const { x, y, rows, pitch, size, apart } = LAYERS[layer] ?? LAYERS[0];
  return { x: x + Math.floor(channel / rows) * apart, y: y + (channel % rows) * pitch, size };
}

/** The window that makes a map of the first layer, on its left. */
export function kernelAt(channel: number): Square {
  const map = mapAt(0, channel);
  return { x: map.x - 16, y: map.y + (map.size - 13) / 2, size: 13 };
}

/** A neuron of the column, by its index among the weights; those of one map stand together. */
export function neuronAt(index: number, channels: number): { x: number; y: number } {
  const [channel, cell] = [index % channels, Math.floor(index / channels)];
  return { x: COLUMN.x, y: 1.2 + (4 * channel + cell) * COLUMN.pitch };
}

/** The middle of a digit's row. */
export function rowOf(digit: number): number {
  return 5 + digit * ROWS.pitch;
}
