/** The answer of a promise becomes a component's state. */

import { type ReadonlySignal, useSignal } from "@preact/signals";
import type { FunctionComponent, RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { type PlainKey, say } from "../sentences/say";

/**
 * Ask again whenever the key changes, and drop the answers that come too late.
 *
 * @param ask null if there is nothing to ask for; answers of null are passed over
 * @param keeps whether the answer before stays until the next one has come
 * @returns the answer; null while it is on its way
 */
export function usePromised<Answer>(
  ask: () => Promise<Answer | null> | null,
  key: string,
  keeps = false,
): Answer | null {
  const [answered, setAnswered] = useState<{ key: string; answer: Answer } | null>(null);
  useEffect(() => {
    let isLatest = true;
    void ask()?.then((answer) => {
      if (isLatest && answer !== null) setAnswered({ key, answer });
    });
    return () => {
      isLatest = false;
    };
  }, [key]);
  return answered && (keeps || answered.key === key) ? answered.answer : null;
}

/** The size of an element, in CSS pixels and in device pixels. */
export interface Measured {
  width: number;
  height: number;
  /** Device pixels per CSS pixel; moving the window to another screen may change it. */
  pixels: number;
}

/** Observe an element's size; null until it exists. */
export function useSize(element: RefObject<HTMLElement | null>): ReadonlySignal<Measured | null> {
  const size = useSignal<Measured | null>(null);
  useLayoutEffect(() => {
    const watched = element.current;
    if (!watched) return;
    const measure = () => {
      const { clientWidth: width, clientHeight: height } = watched;
      const before = size.peek();
      const pixels = devicePixelRatio;
      if (before?.width === width && before.height === height && before.pixels === pixels) return;
      if (width > 0 && height > 0) size.value = { width, height, pixels };
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(watched);
    addEventListener("resize", measure);
    return () => {
      observer.disconnect();
      removeEventListener("resize", measure);
    };
  }, [element, size]);
  return size;
}

/** Give a canvas a pixel for each of the screen's; null if there is nothing to draw on yet. */
export function fitted(
  canvas: HTMLCanvasElement | null,
  measured: Measured | null,
): CanvasRenderingContext2D | null {
  const context = canvas?.getContext("2d");
  if (!canvas || !context || !measured) return null;
  const width = Math.round(measured.width * measured.pixels);
  const height = Math.round(measured.height * measured.pixels);
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  return context;
}

/** The proportions of an element on the screen, for its style: on paper it has them too, and what is drawn on it fits. */
export function asShown(measured: Measured | null): Record<string, string> {
  return measured ? { "--proportions": `${measured.width} / ${measured.height}` } : {};
}

/** Focus what `find` finds whenever another thing is shown, at the top of the page. */
export function useFocusOnChange(shown: unknown, find: () => HTMLElement | null | undefined): void {
  const before = useRef(shown);
  useEffect(() => {
    if (before.current === shown) return;
    before.current = shown;
    find()?.focus({ preventScroll: true });
    scrollTo({ top: 0 });
  }, [shown]);
}

/**
 * @param missing is said if it cannot be had
 * @param loading is said until it is there
 */
export function whenLoaded(
  load: () => Promise<FunctionComponent>,
  missing: PlainKey,
  loading?: PlainKey,
): FunctionComponent {
  return () => {
    const loaded = usePromised(
      () =>
        load().then(
          (View) => ({ View }),
          () => "missing" as const,
        ),
      "",
    );
    if (loaded === "missing") return <p class="notice">{say(missing)}</p>;
    if (loaded) return <loaded.View />;
    return loading ? <p class="quiet">{say(loading)}</p> : null;
  };
}
