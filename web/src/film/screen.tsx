/** The picture of a film at its time; on paper, the poster. */
import type { ReadonlySignal } from "@preact/signals";
import { useSignalEffect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { say } from "../sentences/say";
import { asShown, useSize } from "../shared/size";
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
    const [measured, element] = [size.peek(), canvas.current];
    const context = element?.getContext("2d");
    if (!measured || !element || !context) return;
    const [width, height] = [measured.width, measured.height].map((side) =>
      Math.round(side * measured.pixels),
    ) as [number, number];
    if (element.width !== width || element.height !== height) Object.assign(element, { width, height });
    paint(context, held.current(time.peek()), { x: 0, y: 0, width, height }, lookOf(element));
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
