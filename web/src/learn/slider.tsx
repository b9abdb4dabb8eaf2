/** A labelled slider that shows its value: the browser's range input, for mouse, touch and keyboard. */
import { batch, computed, type ReadonlySignal, signal } from "@preact/signals";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { type Parameter, parameter, view } from "../address";
import "./parts.css";

interface Properties {
  label: string;
  knob: Parameter<number>;
  /** 0 by default. */
  min?: number;
  max: number;
  /** 1 by default. */
  step?: number;
  /** The value as text, if that is more than its figures. */
  written?: string;
  /** Where the coloured part of the track starts; `min` by default. */
  origin?: number;
  /** A hint below. */
  hint?: string;
  /** Show label and value to screen readers only. */
  bare?: boolean;
}

export function Slider(properties: Properties) {
  const {
    label,
    knob,
    min = 0,
    max,
    step = 1,
    written = String(knob.value),
    origin,
    hint,
    bare,
  } = properties;
  const id = useId();
  const [from, to] = [origin ?? min, knob.value]
    .sort((a, b) => a - b)
    .map((index) => (index - min) / (max - min || 1));
  return (
    <div class={`slider ${bare ? "bare" : ""}`}>
      <label for={id} class={bare ? "for-screen-readers" : ""}>
        {label}
      </label>
      {!bare && (
        <output for={id} class="numbers">
          {written}
        </output>
      )}
      <input
        id={id}
        type="range"
        class="range"
        min={min}
        max={max}
        step={step}
        value={knob.value}
        aria-valuetext={written}
        aria-describedby={hint && `${id}-hint`}
        style={{ "--from": origin === undefined ? -1 : (from ?? 0), "--to": to ?? 0 }}
        onInput={(event) => knob.set(event.currentTarget.valueAsNumber)}
      />
      {hint && (
        <p id={`${id}-hint`} class="small quiet">
          {hint}
        </p>
      )}
    </div>
  );
}

interface StopProperties extends Pick<Properties, "label" | "knob"> {
  /** The slider's stops, in order; any other value from the address moves to the nearest. */
  stops: readonly number[];
  write?: (value: number) => string;
}

/** A slider over values of increasing magnitude. */
export function StopSlider({ label, knob, stops, write = String }: StopProperties) {
  const { value } = knob;
  const index = { value: nearest(stops, value), set: (chosen: number) => knob.set(stops[chosen] ?? value) };
  return <Slider label={label} knob={index} max={stops.length - 1} written={write(value)} />;
}

/** The index of the nearest stop, by ratio. */
function nearest(stops: readonly number[], value: number): number {
  const distances = stops.map((stop) => Math.abs(Math.log(stop / value)));
  return distances.indexOf(Math.min(...distances));
}

/** A value that is dragged: shown at once, written to the address when the dragging pauses. */
type Knob<T> = Parameter<T>;

// browsers refuse addresses that change hundreds of times in a few seconds
const REST = 300; // milliseconds

const waiting = new Set<() => void>();

/** Bind a value to a query parameter, as `parameter` does, for values that change many times a second. */
export function knob<T extends string | number>(
  name: string,
  fallback: T,
  read: (text: string) => T | null,
): Knob<T> {
  const inAddress = parameter(name, fallback, read);
  const held = signal<T | null>(null);
  const current: ReadonlySignal<T> = computed(() => held.value ?? inAddress.value);
  let timer: ReturnType<typeof setTimeout> | undefined;

  function write(): void {
    clearTimeout(timer);
    waiting.delete(write);
    const value = held.peek();
    batch(() => {
      // never change another view's address
      if (value !== null && view.peek() === "learn") inAddress.set(value);
      held.value = null;
    });
  }

  return {
    get value() {
      return current.value;
    },
    set(value) {
      held.value = value;
      waiting.add(write);
      clearTimeout(timer);
      timer = setTimeout(write, REST);
    },
  };
}

/** Write pending values to the address before a history entry is added. */
export function settle(): void {
  for (const write of [...waiting]) write();
}

/** For `knob` and `parameter`: a whole number from `least` to `most`. */
export function wholeIn(least: number, most: number): (text: string) => number | null {
  return (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    return value >= least && value <= most ? value : null;
  };
}

/** Whether a person wants no motion. */
export const still = matchMedia("(prefers-reduced-motion: reduce)");

/**
 * Glide to a target.
 *
 * @param target the number to arrive at; it may change on the way
 * @param milliseconds how long a glide takes; with reduced motion it is there at once
 * @param back glide also when the target falls; otherwise it falls at once
 */
export function useTween(target: number, milliseconds: number, back = true): number {
  const [shown, setShown] = useState(target);
  const now = useRef(target);
  useEffect(() => {
    const from = now.current;
    const show = (value: number) => {
      now.current = value;
      setShown(value);
    };
    if (from === target) return;
    if (still.matches || (!back && target < from)) {
      show(target);
      return;
    }
    let frame = 0;
    const began = performance.now();
    const draw = (time: number) => {
      const part = Math.min(Math.max((time - began) / milliseconds, 0), 1);
      show(part < 1 ? from + (target - from) * (1 - (1 - part) ** 3) : target);
      if (part < 1) frame = requestAnimationFrame(draw);
    };
    frame = requestAnimationFrame(draw);
    return () => cancelAnimationFrame(frame);
  }, [target, milliseconds, back]);
  return !back && target < shown ? target : shown;
}
