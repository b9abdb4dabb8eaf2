/** The digit in large pixels: a pen or an eraser changes them one by one, also from the keyboard. */
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { say } from "../sentences/say";
import { Pixels } from "../shared/pixels";
import { type Point, pixelsBetween, SIDE } from "./game";

interface Properties {
  start: Uint8Array;
  now: Uint8Array;
  /** How each pixel pulls towards the target, to be shown; null shows the digit. */
  pull: Float32Array | null;
  /** A stroke begins: its changes can be undone at once. */
  onStroke: () => void;
  onPixels: (pixels: readonly number[]) => void;
}

const MOVES: Record<string, Point> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

export function Board({ start, now, pull, onStroke, onPixels }: Properties) {
  const [cursor, last] = [useSignal<Point>([14, 14]), useRef<Point | null>(null)];
  const isShown = useSignal(false);
  const at = (event: PointerEvent): Point => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    const cell = (part: number) => Math.min(Math.max(Math.floor(part * SIDE), 0), SIDE - 1);
    return [cell((event.clientX - box.left) / box.width), cell((event.clientY - box.top) / box.height)];
  };
  const go = (point: Point) => {
    onPixels(pixelsBetween(last.current ?? point, point));
    last.current = point;
  };
  const press = (event: KeyboardEvent) => {
    const move = MOVES[event.key];
    isShown.value = true;
    if (move) {
      const [x, y] = cursor.value.map((value, axis) =>
        Math.min(Math.max(value + (move[axis] ?? 0), 0), SIDE - 1),
      ) as [number, number];
      cursor.value = [x, y];
    } else if (event.key === " ") {
      onStroke();
      onPixels(pixelsBetween(cursor.value, cursor.value));
    } else return;
    event.preventDefault();
  };
  const rows = Array.from({ length: SIDE }, (_, row) => [...now.subarray(row * SIDE, (row + 1) * SIDE)]);
  return (
    <div
      class="duel-board"
      role="application"
      aria-label={say("duel.board")}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it is drawn on, from the keyboard too
      tabIndex={0}
      data-testid="duel-board"
      onKeyDown={press}
      onBlur={() => {
        isShown.value = false;
      }}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        onStroke();
        last.current = null;
        go(at(event));
      }}
      onPointerMove={(event) => {
        if (last.current) go(at(event));
      }}
      onPointerUp={() => {
        last.current = null;
      }}
      onPointerCancel={() => {
        last.current = null;
      }}
    >
      {pull ? <Pixels values={pull} palette="signed" under={rows} /> : <Pixels values={now} palette="ink" />}
      <svg viewBox={`0 0 ${SIDE} ${SIDE}`} aria-hidden="true">
        {[...now.keys()]
          .filter((index) => now[index] !== start[index])
          .map((index) => (
            <rect
              key={index}
              x={index % SIDE}
              y={Math.floor(index / SIDE)}
              width={1}
              height={1}
              data-is={(now[index] ?? 0) > (start[index] ?? 0) ? "added" : "erased"}
            />
          ))}
        {isShown.value && (
          <rect data-is="cursor" x={cursor.value[0]} y={cursor.value[1]} width={1} height={1} />
        )}
      </svg>
    </div>
  );
}
