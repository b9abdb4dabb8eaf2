/** Play a film: continuously, paused, or from stop to stop with reduced motion. */
import { type ReadonlySignal, useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { LENGTH, restOf, STOPS, startOf, stopAt } from "./story";

export interface Player {
  /** The current time in seconds. */
  readonly time: ReadonlySignal<number>;
  readonly isPlaying: ReadonlySignal<boolean>;
  toggle(): void;
  pause(): void;
  /** Go to a time; where no motion is wanted, to the best moment of its stop. */
  seek(time: number): void;
  /** Move by stops: to the beginning of a stop while it plays, else to its best moment. */
  turn(stops: number): void;
}

const NO_MOTION = "(prefers-reduced-motion: reduce)";

/** @param opened the stop at which the film stands when it opens; null if it shall play */
export function usePlayer(opened: number | null): Player {
  const calm = useCalm();
  const time = useSignal(calm.peek() ? restOf(opened ?? 0) : opened === null ? 0 : restOf(opened));
  const isPlaying = useSignal(opened === null && !calm.peek());
  useEffect(() => {
    if (!isPlaying.value) return;
    return calm.value ? turnPages(time, isPlaying) : run(time, isPlaying);
  }, [isPlaying.value, calm.value]);
  return useMemo(
    () => ({
      time,
      isPlaying,
      toggle() {
        if (!isPlaying.peek() && time.peek() >= (calm.peek() ? restOf(STOPS.length - 1) : LENGTH))
          time.value = calm.peek() ? restOf(0) : 0;
        isPlaying.value = !isPlaying.peek();
      },
      pause() {
        isPlaying.value = false;
      },
      seek(wanted) {
        const within = Math.min(Math.max(wanted, 0), LENGTH);
        time.value = calm.peek() ? restOf(stopAt(within)) : within;
      },
      turn(stops) {
        const next = Math.min(Math.max(stopAt(time.peek()) + stops, 0), STOPS.length - 1);
        time.value = isPlaying.peek() && !calm.peek() ? startOf(next) : restOf(next);
      },
    }),
    [],
  );
}

function useCalm(): ReadonlySignal<boolean> {
  const query = useMemo(() => matchMedia(NO_MOTION), []);
  const calm = useSignal(query.matches);
  useEffect(() => {
    const follow = () => {
      calm.value = query.matches;
    };
    query.addEventListener("change", follow);
    return () => query.removeEventListener("change", follow);
  }, [query, calm]);
  return calm;
}

interface Held<T> {
  value: T;
  peek(): T;
}

function run(time: Held<number>, isPlaying: Held<boolean>): () => void {
  let before = performance.now();
  let asked = requestAnimationFrame(function show(now) {
    time.value = Math.min(time.peek() + Math.max(now - before, 0) / 1000, LENGTH);
    before = now;
    if (time.peek() < LENGTH) asked = requestAnimationFrame(show);
    else isPlaying.value = false;
  });
  return () => cancelAnimationFrame(asked);
}

/** One still picture after the other, each as long as its stop lasts. */
function turnPages(time: Held<number>, isPlaying: Held<boolean>): () => void {
  let timer = 0;
  const wait = () => {
    const stop = stopAt(time.peek());
    timer = setTimeout(
      () => {
        if (stop + 1 >= STOPS.length) isPlaying.value = false;
        else {
          time.value = restOf(stop + 1);
          wait();
        }
      },
      1000 * (startOf(stop + 1) - startOf(stop)),
    );
  };
  wait();
  return () => clearTimeout(timer);
}
