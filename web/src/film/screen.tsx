/** The picture of a film at its time; on paper, the poster. */
import type { ReadonlySignal } from "@preact/signals";
import { useSignalEffect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { say } from "../sentences/say";
import { asShown, fitted, useSize } from "../shared/size";
import { shownTheme } from "../shell/theme";
import { lookOf, paint } from "./draw/canvas";
import type { Film } from "./draw/frame";
import { posterOf } from "./save/poster";
import { stopAt } from "./story";

interface Properties {
  film: Film;
  time: ReadonlySignal<number>;
  captions: readonly string[];
  title: string;
}

export function Screen({ film, time, captions, title }: Properties) {
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const paper = useRef<HTMLDivElement>(null);
  const size = useSize(frame);
  const held = useRef(film);
  held.current = film;
  const draw = () => {
    const context = fitted(canvas.current, size.peek());
    if (!context) return;
    const { width, height } = context.canvas;
    paint(context, held.current(time.peek()), { x: 0, y: 0, width, height }, lookOf(context.canvas));
  };
  useSignalEffect(() => {
    void [size.value, time.value, shownTheme.value];
    draw();
  });
  useEffect(draw, [film]);
  useEffect(() => {
    const print = () => {
      if (paper.current && canvas.current)
        paper.current.innerHTML = posterOf(film, { captions, title }, lookOf(canvas.current));
    };
    addEventListener("beforeprint", print);
    return () => removeEventListener("beforeprint", print);
  }, [film, captions, title]);
  return (
    <>
      <div class="film-screen" ref={frame} style={asShown(size.value)}>
        <canvas
          ref={canvas}
          role="img"
          aria-label={say("film.picture", captions[stopAt(time.value)] ?? "")}
        />
      </div>
      <div class="film-paper" ref={paper} />
    </>
  );
}
