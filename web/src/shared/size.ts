/** The size of an element, in CSS pixels and in device pixels. */
import { type ReadonlySignal, useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useLayoutEffect } from "preact/hooks";

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
