/** A labelled slider that shows its value: the browser's range input, for mouse, touch and keyboard. */
import { useId } from "preact/hooks";
import "./slider.css";

interface Properties {
  label: string;
  value: number;
  min: number;
  max: number;
  step: number;
  /** The value as text. */
  written: string;
  onInput: (value: number) => void;
  /** Where the coloured part of the track starts; `min` by default. */
  origin?: number;
  /** A hint below. */
  hint?: string;
  /** Show label and value to screen readers only. */
  bare?: boolean;
}

export function Slider({ label, value, min, max, step, written, onInput, origin, hint, bare }: Properties) {
  const id = useId();
  const [from, to] = [origin ?? min, value]
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
  /** The slider's stops, in order; any other value from the address moves to the nearest. */
  stops: readonly number[];
  write: (value: number) => string;
}

/** A slider over values of increasing magnitude. */
export function StopSlider({ value, stops, write, onInput, ...rest }: StopProperties) {
  return (
    <Slider
      {...rest}
      min={0}
      max={stops.length - 1}
      step={1}
      value={nearest(stops, value)}
      written={write(value)}
      onInput={(index) => onInput(stops[index] ?? value)}
    />
  );
}

/** The index of the nearest stop, by ratio. */
function nearest(stops: readonly number[], value: number): number {
  const distances = stops.map((stop) => Math.abs(Math.log(stop / value)));
  return distances.indexOf(Math.min(...distances));
}
