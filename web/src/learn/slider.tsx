/** A labelled slider with its value written beside it: the browser's own range input, for mouse, finger and keys. */
import { useId } from "preact/hooks";
import "./slider.css";

interface Properties {
  label: string;
  value: number;
  min: number;
  max: number;
  step: number;
  /** The value as it is written. */
  written: string;
  onInput: (value: number) => void;
  /** Where the coloured part of the track begins; without it at `min`. */
  origin?: number;
  /** A quiet line below. */
  hint?: string;
  /** Say label and value to screen readers alone. */
  bare?: boolean;
}

export function Slider({ label, value, min, max, step, written, onInput, origin, hint, bare }: Properties) {
  const id = useId();
  const [from, to] = [origin ?? min, value]
    .sort((one, other) => one - other)
    .map((place) => (place - min) / (max - min || 1));
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
        min={min}
        max={max}
        step={step}
        value={value}
        aria-valuetext={written}
        aria-describedby={hint && `${id}-hint`}
        style={{ "--from": origin === undefined ? -1 : (from ?? 0), "--to": to ?? 0 }}
        onInput={(event) => onInput(event.currentTarget.valueAsNumber)}
      />
      {hint && (
        <p id={`${id}-hint`} class="small quiet">
          {hint}
        </p>
      )}
    </div>
  );
}

interface StopProperties extends Pick<Properties, "label" | "hint" | "onInput"> {
  value: number;
  /** The values that the slider stops at, in order; another value from the address stands at the nearest. */
  stops: readonly number[];
  write: (value: number) => string;
}

/** A slider over values of which each is much larger than the one before. */
export function StopSlider({ value, stops, write, onInput, ...rest }: StopProperties) {
  return (
    <Slider
      {...rest}
      min={0}
      max={stops.length - 1}
      step={1}
      value={nearest(stops, value)}
      written={write(value)}
      onInput={(place) => onInput(stops[place] ?? value)}
    />
  );
}

/** The place of the stop that is nearest, by ratio. */
export function nearest(stops: readonly number[], value: number): number {
  const distances = stops.map((stop) => Math.abs(Math.log(stop / value)));
  return distances.indexOf(Math.min(...distances));
}
