/** The film on the empty sheet: a digit writes itself, goes through the network beside it, and is read. */
import { effect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { myImage } from "../learn/digit/digit";
import { imageOf } from "../learn/digit/examples";
import type { Graph } from "../runtime/graph";
import { fitted, type Measured, usePromised, useSize } from "../shared/hooks";
import { shownTheme } from "../shell/theme";
import { lookOf, paint } from "./draw/canvas";
import { type Film, filmOf } from "./draw/frame";
import { filmGraph } from "./network";
import { indexOf, LENGTH, restOf, startOf } from "./story";
import { takeOf } from "./take";

const DIGITS = [3, 8, 5]; // that write themselves, after my own
const PACE = 2; // times as fast as the film
const HELD = 2; // seconds for which an answer stays
const RATE = 20; // pictures a second: the film starts unasked, and each picture costs processor time

/** The parts of the film, in its seconds: the digit is written, then read. */
const WRITTEN = restOf(indexOf("ink"));
const FROM = startOf(indexOf("maps")) + 1.5;
const UNTIL = restOf(indexOf("answer"));
const SECONDS = (WRITTEN + UNTIL - FROM) / PACE + HELD;

export function OpeningFilm() {
  const graph = usePromised(filmGraph, "");
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const size = useSize(frame);
  useEffect(() => {
    if (!graph || graph === "missing") return;
    const films = filmsOf(graph);
    const draw = (seconds: number) => {
      if (canvas.current && size.peek()) show(canvas.current, size.peek() as Measured, films, seconds);
    };
    const all = films.length * SECONDS;
    const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
    let seconds = isStill ? all : 0;
    // what has ended is drawn anew in another size or theme
    const stop = effect(() => {
      void [size.value, shownTheme.value];
      draw(seconds);
    });
    if (isStill) return stop;
    const began = performance.now();
    let drawn = -1;
    let asked = requestAnimationFrame(function go(now) {
      seconds = Math.min(Math.max(now - began, 0) / 1000, all);
      const picture = Math.floor(seconds * RATE);
      if (picture > drawn || seconds === all) draw(seconds);
      drawn = picture;
      if (seconds < all) asked = requestAnimationFrame(go);
    });
    return () => {
      cancelAnimationFrame(asked);
      stop();
    };
  }, [graph, size]);
  return (
    <div class="opening" ref={frame} aria-hidden="true">
      <canvas ref={canvas} />
    </div>
  );
}

/** Of my last digit first; each is put together when it is first shown. */
function filmsOf(graph: Graph): (() => Film)[] {
  const mine = myImage.peek();
  const images = [...(mine ? [mine] : []), ...DIGITS.map((digit) => imageOf(digit).values)];
  return images.map((image) => {
    let film: Film | null = null;
    return () => {
      film ??= filmOf(takeOf(graph, image, null, null));
      return film;
    };
  });
}

function show(
  canvas: HTMLCanvasElement,
  size: Measured,
  films: readonly (() => Film)[],
  seconds: number,
): void {
  const context = fitted(canvas, size);
  const number = Math.min(Math.floor(seconds / SECONDS), films.length - 1);
  const film = films[number]?.();
  if (!context || !film) return;
  const { width, height } = canvas;
  const gone = PACE * (seconds - number * SECONDS);
  const look = lookOf(canvas);
  const left = Math.min(height, 0.36 * width);
  paint(context, film(Math.min(gone, WRITTEN)), { x: 0, y: 0, width: left, height }, look);
  const t = gone < WRITTEN ? LENGTH : Math.min(FROM + gone - WRITTEN, UNTIL);
  const beside = { x: left, y: 0, width: width - left, height };
  const { camera, shapes } = film(t);
  paint(context, gone < WRITTEN ? { camera, shapes: [] } : { camera, shapes }, beside, look);
}
