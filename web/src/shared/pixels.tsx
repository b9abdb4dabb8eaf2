/** Values as a square picture, 28x28 if nothing else is said: ink on paper, or evidence for (blue) and against (brown). */
import { computed, type ReadonlySignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { SIDE } from "../generated/ink/normalize";
import type { Grey } from "../ink/picture";
import { shownTheme } from "../shell/theme";
import { type Palette, paletteOf } from "./colours";
import "./stages.css";

type Values = readonly number[] | readonly (readonly number[])[] | Uint8Array | Int8Array | Float32Array;

interface Properties {
  /** 784 values or 28 rows of 28. "ink": 0 to 255; "signed": around 0, the largest magnitude gets the full colour. */
  values: Values;
  palette: "ink" | "signed";
  /** The number of pixels along each side. */
  side?: number;
  /** The magnitude that gets the full colour in a signed map, to make several maps comparable. */
  full?: number;
  /** Ink, 0 to 255, to draw under a signed map. */
  under?: readonly (readonly number[])[] | undefined;
  /** How dark that ink is, faint if nothing else is said. */
  shade?: number;
  /** A text alternative; without it the picture is decorative. */
  label?: string;
  class?: string;
}

export function Pixels({
  values,
  palette,
  side = SIDE,
  full,
  under,
  shade = 0.25,
  label,
  class: name = "",
}: Properties) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const colours = themeColours.value;
  // a printer does not wait for an effect after the next frame
  useLayoutEffect(() => {
    const context = canvas.current?.getContext("2d", { willReadFrequently: true });
    const image = context?.createImageData(side, side);
    if (!context || !image) return;
    const all = Array.from<number | readonly number[]>(values).flat();
    paint(image.data, colours, all, palette, full, { ink: under?.flat(), shade });
    context.putImageData(image, 0, 0);
  }, [values, palette, side, full, under, shade, colours]);
  const description =
    label === undefined ? { "aria-hidden": true } : { role: "img" as const, "aria-label": label };
  return <canvas ref={canvas} width={side} height={side} class={`pixels ${name}`} {...description} />;
}

/** Those of the theme: asking for them again for each picture would have the browser restyle the page each time. */
const themeColours: ReadonlySignal<Palette> = computed(() => {
  void shownTheme.value;
  return paletteOf(getComputedStyle(document.documentElement));
});

/** @param data red, green, blue and opacity of each pixel, which are written */
function paint(
  data: Uint8ClampedArray,
  { sunken: paper, ink, accent: above, warn: below }: Palette,
  values: readonly number[],
  palette: "ink" | "signed",
  fullOfSigned: number | undefined,
  under: { ink: readonly number[] | undefined; shade: number },
): void {
  const most = palette === "ink" ? 255 : (fullOfSigned ?? Math.max(...values.map(Math.abs), 1e-9));
  values.forEach((value, index) => {
    const full = palette === "ink" ? ink : value < 0 ? below : above;
    const fraction = Math.min(Math.abs(value) / most, 1);
    const inked = under.ink ? ((under.ink[index] ?? 0) / 255) * under.shade : 0;
    for (const channel of [0, 1, 2] as const) {
      const base = mix(paper[channel], ink[channel], inked);
      data[index * 4 + channel] = Math.round(mix(base, full[channel], fraction));
    }
    data[index * 4 + 3] = 255;
  });
}

function mix(from: number, to: number, fraction: number): number {
  return from + (to - from) * fraction;
}

/** A grey picture as it is, whatever the theme: 0 is black, 255 white. */
function GreyPicture({ picture, label }: { picture: Grey; label: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { width, height, pixels } = picture;
  useLayoutEffect(() => {
    const context = canvas.current?.getContext("2d", { willReadFrequently: true });
    if (!context) return;
    const image = context.createImageData(width, height);
    for (const [index, level] of pixels.entries()) image.data.set([level, level, level, 255], 4 * index);
    context.putImageData(image, 0, 0);
  }, [picture]);
  return (
    <canvas
      ref={canvas}
      width={width}
      height={height}
      class="grey-picture"
      style={{ aspectRatio: `${width} / ${height}` }}
      role="img"
      aria-label={label}
    />
  );
}

/** Pictures of how a digit was prepared, one after another, each with its name and a sentence. */
export interface ShownStage {
  /** Of its own in the list. */
  key: string;
  /** Null while it is on its way. */
  picture: Grey | null;
  /** A description of the picture, for those who do not see it. */
  label: string;
  /** The name below it, perhaps with a switch; the label if nothing is said. */
  name?: ComponentChildren;
  about?: string;
  isOff?: boolean;
}

export function StageList({ stages, label }: { stages: readonly ShownStage[]; label?: string }) {
  return (
    <ol class="stage-list" aria-label={label}>
      {stages.map((stage) => (
        <OneStage key={stage.key} stage={stage} />
      ))}
    </ol>
  );
}

function OneStage({ stage: { key, picture, label, name, about, isOff = false } }: { stage: ShownStage }) {
  return (
    <li data-stage={key} data-off={isOff}>
      {picture ? <GreyPicture picture={picture} label={label} /> : <div class="grey-picture waiting" />}
      {name ?? <p>{label}</p>}
      {about && <p class="small quiet">{about}</p>}
    </li>
  );
}
