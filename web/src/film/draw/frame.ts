/** The film as one function of time: the same digit and time give the same picture, wherever it is drawn. */
import { SIDE } from "../../generated/ink/normalize";
import { between, indexOf, progress, STOPS, type StopName, startOf } from "../story";
import type { Take } from "../take";
import { answer, loss, rows, step } from "./answers";
import { column, ink, maps, type Stroke, strokeOf, windows } from "./forward";
import {
  BIG,
  type Camera,
  COLUMN,
  type Frame,
  INK,
  kernelAt,
  mapAt,
  ROWS,
  type Shape,
  SWEPT,
} from "./shapes";

export type Film = (t: number) => Frame;

const CELL = INK.size / SIDE;
const WIDEST = 3; // proportions of a picture; of wider ones, the ends stay empty

/** At each of these times, in fractions of a stop, the camera is there; in between it is on its way. */
type Key = readonly [stop: StopName, fraction: number, camera: Camera];

const WHOLE: Camera = { x: 50, y: 50, width: 112, height: 112 };
const SLIDING: Camera = { x: 128, y: 50, width: 268, height: 112 };
const FIRST: Camera = { x: 398, y: 50, width: 246, height: 112 };
const ANSWERS: Camera = { x: 885, y: 50, width: 114, height: 112 };
const SAID: Camera = { x: 935, y: 50, width: 222, height: 112 };

function keysOf(near: Camera): readonly Key[] {
  return [
    ["ink", 0, WHOLE],
    ["numbers", 0.2, WHOLE],
    ["numbers", 0.5, near],
    ["numbers", 0.82, near],
    ["windows", 0.14, SLIDING],
    ["windows", 1, SLIDING],
    ["maps", 0.5, FIRST],
    ["deeper", 0.04, FIRST],
    ["deeper", 0.9, { x: 620, y: 50, width: 170, height: 112 }],
    ["hidden", 0.05, { x: 620, y: 50, width: 170, height: 112 }],
    ["hidden", 0.7, { x: 734, y: 50, width: 100, height: 112 }],
    ["scores", 0, { x: 734, y: 50, width: 100, height: 112 }],
    ["scores", 0.45, { x: 828, y: 50, width: 226, height: 112 }],
    ["softmax", 0, { x: 828, y: 50, width: 226, height: 112 }],
    ["softmax", 0.4, ANSWERS],
    ["answer", 0, ANSWERS],
    ["answer", 0.5, SAID],
    ["gradient", 0, SAID],
    ["gradient", 0.16, { x: 828, y: 50, width: 226, height: 112 }],
    ["gradient", 0.3, { x: 828, y: 50, width: 226, height: 112 }],
    ["gradient", 0.95, FIRST],
    ["weights", 0.25, SLIDING],
    ["weights", 1, SLIDING],
  ];
}

/** The film of a digit. */
export function filmOf(take: Take): Film {
  const stroke = strokeOf(take.image);
  const middle = middleOf(take.image);
  const x = ((middle % SIDE) + 0.5) * CELL;
  const y = (Math.floor(middle / SIDE) + 0.5) * CELL;
  const keys = keysOf({ x, y, width: 9.4 * CELL, height: 6.4 * CELL }).map(([stop, fraction, camera]) => ({
    t: timeOf(stop, fraction),
    camera,
  }));
  return (t) => {
    const camera = cameraAt(keys, t);
    return { camera, shapes: shapesAt(take, stroke, middle, t, camera) };
  };
}

function shapesAt(take: Take, stroke: Stroke, middle: number, t: number, camera: Camera): Shape[] {
  const front = between(850, 240, progress(t, "gradient", 0.1, 0.9));
  const goesBack = progress(t, "gradient", 0.1) > 0;
  const turned = (x: number) => (goesBack ? Math.min(Math.max((x - front) / 40, 0), 1) : 0);
  const half = Math.max(camera.width, WIDEST * camera.height) / 2;
  const sees = (from: number, to: number) => to >= camera.x - half && from <= camera.x + half;
  return [
    ...(sees(INK.x, SWEPT.x + SWEPT.size) ? near(take, stroke, middle, t) : []),
    ...(sees(kernelAt(0).x, COLUMN.x) || progress(t, "maps", 0, 0.5) < 1 ? maps(take, t, turned) : []),
    ...(sees(mapAt(3, 0).x, ROWS.x) ? column(take, t, turned) : []),
    ...(sees(ROWS.x, BIG.x + BIG.size) ? said(take, stroke, t) : []),
  ];
}

function near(take: Take, stroke: Stroke, middle: number, t: number): Shape[] {
  const isOver = progress(t, "weights") > 0;
  return [...ink(take, stroke, middle, t), ...(isOver ? step(take, t) : windows(take, t))];
}

function said(take: Take, stroke: Stroke, t: number): Shape[] {
  return [...rows(take, t), ...answer(take, stroke, t), ...loss(take, t)];
}

function timeOf(stop: StopName, fraction: number): number {
  const index = indexOf(stop);
  return startOf(index) + fraction * (STOPS[index]?.seconds ?? 0);
}

function cameraAt(keys: readonly { t: number; camera: Camera }[], t: number): Camera {
  const next = keys.findIndex((key) => key.t > t);
  const [from, to] = [keys.at(next < 0 ? -1 : Math.max(next - 1, 0)), keys.at(next)];
  if (!from || !to) return WHOLE;
  const gone = from.t === to.t ? 0 : Math.min(Math.max((t - from.t) / (to.t - from.t), 0), 1);
  const soft = gone * gone * (3 - 2 * gone);
  // a zoom looks even if each moment enlarges by the same factor
  const zoomed = (a: number, b: number) => a * (b / a) ** soft;
  return {
    x: between(from.camera.x, to.camera.x, soft),
    y: between(from.camera.y, to.camera.y, soft),
    width: zoomed(from.camera.width, to.camera.width),
    height: zoomed(from.camera.height, to.camera.height),
  };
}

/** The pixel with ink that is nearest to the middle of all ink. */
function middleOf(image: Uint8Array): number {
  const inked = Array.from(image.keys()).filter((index) => image[index]);
  const mean = (of: (index: number) => number) =>
    inked.reduce((sum, index) => sum + of(index), 0) / Math.max(inked.length, 1);
  const [row, column] = [mean((index) => Math.floor(index / SIDE)), mean((index) => index % SIDE)];
  const away = (index: number) => Math.hypot(Math.floor(index / SIDE) - row, (index % SIDE) - column);
  return inked.reduce((best, index) => (away(index) < away(best) ? index : best), inked[0] ?? 0);
}
