/** Four moments of the film of the current digit, side by side. */
import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { readAs, shownDigit } from "../learn/digit/digit";
import { fitted, usePromised, useSize } from "../shared/hooks";
import { shownTheme } from "../shell/theme";
import { lookOf, paint } from "./draw/canvas";
import { filmOf } from "./draw/frame";
import { filmGraph } from "./network";
import { indexOf, restOf, type StopName } from "./story";
import { takeOf } from "./take";

const MOMENTS: readonly StopName[] = ["ink", "windows", "scores", "answer"];

export function Stills() {
  const graph = usePromised(filmGraph, "");
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const size = useSize(frame).value;
  const shown = shownDigit.value;
  const truth = shown?.label ?? readAs.value;
  const theme = shownTheme.value;
  const film = useMemo(
    () => (graph && graph !== "missing" && shown ? filmOf(takeOf(graph, shown.image, truth, null)) : null),
    [graph, shown, truth],
  );
  // at once: a printer does not wait
  useLayoutEffect(() => {
    const context = film && fitted(canvas.current, size);
    if (!context) return;
    const { width, height } = context.canvas;
    const wide = width / MOMENTS.length;
    for (const [index, name] of MOMENTS.entries())
      paint(
        context,
        film(restOf(indexOf(name))),
        { x: index * wide, y: 0, width: wide, height },
        lookOf(context.canvas),
      );
  }, [film, size, theme]);
  return (
    <div class="film-stills" ref={frame} aria-hidden="true">
      <canvas ref={canvas} />
    </div>
  );
}
