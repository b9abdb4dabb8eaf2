/** A labelled slider that shows its value: the browser's range input, for mouse, touch and keyboard. */
import { useId } from "preact/hooks";
import type { Parameter } from "../address";
import "./slider.css";

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
