/** A line chart with two axes, as SVG at pixel scale; callers draw anything else over it. */
import type { ComponentChildren, SVGAttributes, TargetedPointerEvent } from "preact";
import { useId, useRef } from "preact/hooks";
import { useSize } from "../../shared/hooks";
import { apart, neighbours, type Scale, scale, ticks } from "./scale";
import "../parts.css";

export type Point = readonly [x: number, y: number];

export interface Line {
  key: string;
  points: readonly Point[];
  /** Of the SVG path. */
  class?: string;
  style?: Record<string, string>;
  /** The label at the line's end. */
  name?: string;
}

interface Axis {
  least: number;
  most: number;
  /** The axis title. */
  name: string;
  write?: (value: number) => string;
  /** The approximate number of ticks. */
  ticks?: number;
}

export interface Scales {
  x: Scale;
  y: Scale;
  /** Left, top, right and bottom of the plot in pixels. */
  plot: { left: number; top: number; right: number; bottom: number };
}

interface Properties {
  /** A text alternative for the chart. */
  label: string;
  lines: readonly Line[];
  x: Axis;
  y: Axis;
  height: number;
  /** Drawn over the lines, clipped to the plot; `above` is not clipped. */
  children?: (scales: Scales) => ComponentChildren;
  above?: (scales: Scales) => ComponentChildren;
  /** Called when a pointer presses and drags. */
  onDrag?: (x: number) => void;
  /** Called with the value under the pointer; null when it leaves. */
  onHover?: (x: number | null) => void;
}

const MARGIN = { left: 44, top: 30, right: 18, bottom: 28 };
const NAME_HEIGHT = 14;
const LETTER = 14; // the width of a line's name, with some room
const NAME_WIDTH = 38; // of the title of the horizontal axis and half a value beside it
const CHARACTER = 8; // the width of one, and of a square one
const SQUARE = 14;

export function LineChart({ label, lines, x, y, height, children, above, onDrag, onHover }: Properties) {
  const frame = useRef<HTMLDivElement>(null);
  const width = useSize(frame).value?.width ?? 0;
  const clip = useId();
  const plot = {
    left: MARGIN.left,
    top: MARGIN.top,
    right: Math.max(width - MARGIN.right, MARGIN.left + 1),
    bottom: height - MARGIN.bottom,
  };
  const scales: Scales = {
    x: scale([x.least, x.most], [plot.left, plot.right]),
    y: scale([y.least, y.most], [plot.bottom, plot.top]),
    plot,
  };
  return (
    <div class="chart" ref={frame} style={{ height: `${height}px` }}>
      {width > 0 && (
        <svg
          class={onDrag && "draggable"}
          role="img"
          aria-label={label}
          width={width}
          height={height}
          {...(onDrag && dragging((index) => onDrag(scales.x.value(index))))}
          {...(onHover &&
            hovering((position) => onHover(position === null ? null : inside(scales.x.value(position), x))))}
        >
          <clipPath id={clip}>
            <rect
              x={plot.left - 1}
              y={plot.top - 8}
              width={plot.right - plot.left + 2}
              height={plot.bottom - plot.top + 9}
            />
          </clipPath>
          <Axes x={x} y={y} scales={scales} />
          <g clip-path={`url(#${clip})`}>
            {lines.map(({ key, points, class: name = "", style }) => (
              <path key={key} class={`curve ${name}`} style={style} d={path(points, scales)} />
            ))}
            {children?.(scales)}
          </g>
          <LineNames lines={lines} scales={scales} />
          {above?.(scales)}
        </svg>
      )}
    </div>
  );
}

function Axes({ x, y, scales }: { x: Axis; y: Axis; scales: Scales }) {
  const { plot } = scales;
  const wide = plot.right - plot.left;
  const across = ticks(x.least, x.most, x.ticks ?? Math.max(2, Math.floor(wide / 80)));
  const up = ticks(y.least, y.most, y.ticks ?? Math.max(2, Math.floor((plot.bottom - plot.top) / 44)));
  // if the last value is at the end of the axis, the axis title goes after it
  const crowded = x.name !== "" && scales.x.position(across.at(-1) ?? x.least) > plot.right - 24;
  // otherwise a value that would run into the title goes without a label
  const shown = across.filter(
    (value) => crowded || x.name === "" || scales.x.position(value) < plot.right - NAME_WIDTH,
  );
  const written = x.write ?? plainly;
  // where the last value and the title begin, with a gap
  const titleLeft =
    plot.right + MARGIN.right - widthOf(`${written(across.at(-1) ?? x.least)} ${x.name}`) - CHARACTER;
  return (
    <g class="axes">
      {up.map((value) => (
        <g key={`y${value}`}>
          <line x1={plot.left} x2={plot.right} y1={scales.y.position(value)} y2={scales.y.position(value)} />
          <text x={plot.left - 8} y={scales.y.position(value)} dy="0.32em" text-anchor="end">
            {(y.write ?? plainly)(value)}
          </text>
        </g>
      ))}
      {shown.map((value, index) => {
        const named = crowded && index === shown.length - 1;
        // and the one before it, if the title reaches back to it
        if (crowded && !named && scales.x.position(value) + widthOf(written(value)) / 2 > titleLeft)
          return null;
        return (
          <text
            key={`x${value}`}
            x={scales.x.position(value) + (named ? MARGIN.right : 0)}
            y={plot.bottom + 18}
            text-anchor={named ? "end" : "middle"}
          >
            {written(value)}
            {named && ` ${x.name}`}
          </text>
        );
      })}
      <text class="axis-name" x={0} y={10} text-anchor="start">
        {y.name}
      </text>
      {!crowded && (
        <text class="axis-name" x={plot.right} y={plot.bottom + 18} text-anchor="end">
          {x.name}
        </text>
      )}
    </g>
  );
}

/** The labels at the lines' ends, moved apart if they are close together. */
function LineNames({ lines, scales: { x, y, plot } }: { lines: readonly Line[]; scales: Scales }) {
  const names = lines.flatMap((line) => {
    const last = line.points.at(-1);
    if (!line.name || !last) return [];
    return [
      {
        line,
        left: x.position(last[0]) + 5,
        top: Math.min(Math.max(y.position(last[1]), plot.top), plot.bottom),
      },
    ];
  });
  const tops = names.map(({ top }) => top);
  // lines that end elsewhere do not collide
  for (const group of neighbours(
    names.map(({ left }) => left),
    LETTER,
  )) {
    const moved = apart(
      group.map((index) => tops[index] ?? 0),
      NAME_HEIGHT,
      plot.top,
    );
    for (const [order, index] of group.entries()) tops[index] = moved[order] ?? 0;
  }
  return (
    <g>
      {names.map(({ line, left }, index) => (
        <text
          key={line.key}
          class={`line-name ${line.class ?? ""}`}
          style={line.style}
          x={left}
          y={tops[index]}
          dy="0.32em"
        >
          {line.name}
        </text>
      ))}
    </g>
  );
}

/** Of a text on an axis, about. */
function widthOf(text: string): number {
  return [...text].reduce((sum, character) => sum + (character > "\u2e7f" ? SQUARE : CHARACTER), 0);
}

function plainly(value: number): string {
  return String(value).replace("-", "\u2212");
}

/** A path through the points, interrupted at values that are not finite, such as a diverged loss. */
function path(points: readonly Point[], { x, y }: Scales): string {
  let command = "M";
  let text = "";
  for (const [across, up] of points) {
    if (!Number.isFinite(across) || !Number.isFinite(up)) {
      command = "M";
      continue;
    }
    // SVG's numbers overflow far outside the picture
    const height = Math.min(Math.max(y.position(up), -1e4), 1e4);
    text += `${command}${x.position(across).toFixed(1)} ${height.toFixed(1)}`;
    command = "L";
  }
  return text;
}

/** The nearest value on the axis. */
function inside(value: number, { least, most }: Axis): number {
  return Math.min(Math.max(value, least), most);
}

function hovering(tell: (position: number | null) => void): SVGAttributes<SVGSVGElement> {
  return {
    onPointerMove: (event) => tell(event.clientX - event.currentTarget.getBoundingClientRect().left),
    onPointerLeave: () => tell(null),
  };
}

function dragging(tell: (index: number) => void): SVGAttributes<SVGSVGElement> {
  const at = (event: TargetedPointerEvent<SVGSVGElement>) => {
    tell(event.clientX - event.currentTarget.getBoundingClientRect().left);
  };
  return {
    onPointerDown: (event) => {
      if (event.button !== 0) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      at(event);
    },
    onPointerMove: (event) => {
      if (event.currentTarget.hasPointerCapture(event.pointerId)) at(event);
    },
  };
}
