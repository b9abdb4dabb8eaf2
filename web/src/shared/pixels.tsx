/** Values as a square picture, 28x28 if nothing else is said: ink on paper, or evidence for (blue) and against (brown). */

import { useLayoutEffect, useRef } from "preact/hooks";
import { SIDE } from "../generated/ink/normalize";
import { shownTheme } from "../theme";

type Values = readonly number[] | readonly (readonly number[])[] | Uint8Array | Int8Array | Float32Array;

interface Properties {
  /** 784 values or 28 rows of 28. "ink": 0 to 255; "signed": around 0, the largest magnitude gets the full colour. */
  values: Values;
  palette: "ink" | "signed";
  /** The number of pixels along each side. */
  side?: number;
  /** The magnitude that gets the full colour in a signed map, to make several maps comparable. */
  full?: number;
  /** Ink, 0 to 255, to draw faintly under a signed map. */
  under?: readonly (readonly number[])[] | undefined;
  /** A text alternative; without it the picture is decorative. */
  label?: string;
  class?: string;
}

export function Pixels({ values, palette, side = SIDE, full, under, label, class: name = "" }: Properties) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const theme = shownTheme.value;
  // depends on the theme too, which decides the CSS colours; a printer does not wait for an effect after the next frame
  useLayoutEffect(() => {
    const context = canvas.current?.getContext("2d", { willReadFrequently: true });
    if (canvas.current && context)
      paint(context, side, canvas.current, flat(values), palette, full, under?.flat());
  }, [values, palette, side, full, under, theme]);
  const description =
    label === undefined ? { "aria-hidden": true } : { role: "img" as const, "aria-label": label };
  return <canvas ref={canvas} width={side} height={side} class={`pixels ${name}`} {...description} />;
}

function paint(
  context: CanvasRenderingContext2D,
  side: number,
  canvas: HTMLCanvasElement,
  values: readonly number[],
  palette: "ink" | "signed",
  fullOfSigned: number | undefined,
  under: readonly number[] | undefined,
): void {
  const style = getComputedStyle(canvas);
  const colour = (name: string) => rgb(context, style.getPropertyValue(name));
  const [paper, ink, above, below] = ["--sunken", "--ink", "--accent", "--warn"].map(colour);
  if (!paper || !ink || !above || !below) return;
  const most = palette === "ink" ? 255 : (fullOfSigned ?? Math.max(...values.map(Math.abs), 1e-9));
  const image = context.createImageData(side, side);
  values.forEach((value, index) => {
    const base = under ? mix(paper, ink, ((under[index] ?? 0) / 255) * 0.25) : paper;
    const full = palette === "ink" ? ink : value < 0 ? below : above;
    image.data.set([...mix(base, full, Math.min(Math.abs(value) / most, 1)), 255], index * 4);
  });
  context.putImageData(image, 0, 0);
}

function flat(values: Values): number[] {
  return Array.from<number | readonly number[]>(values).flat();
}

type Colour = readonly [number, number, number];

/** CSS has many colour notations; the canvas converts them to numbers. */
function rgb(context: CanvasRenderingContext2D, css: string): Colour {
  context.fillStyle = css;
  context.fillRect(0, 0, 1, 1);
  const [red = 0, green = 0, blue = 0] = context.getImageData(0, 0, 1, 1).data;
  return [red, green, blue];
}

function mix(from: Colour, to: Colour, fraction: number): [number, number, number] {
  const part = (channel: 0 | 1 | 2) => Math.round(from[channel] + (to[channel] - from[channel]) * fraction);
  return [part(0), part(1), part(2)];
}
