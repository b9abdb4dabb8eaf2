/** Step 1: a digit is 784 numbers. */

import type { TargetedKeyboardEvent, TargetedPointerEvent } from "preact";
import { useId, useMemo } from "preact/hooks";
import { oneOf, parameter } from "../../address";
import { SIDE } from "../../generated/ink/normalize";
import { say } from "../../sentences/say";
import { Check } from "../../shared/controls";
import { chosenDigit, shownDigit } from "../digit/digit";
import { DigitChoice } from "../digit/digit-choice";
import { imageOf } from "../digit/examples";
import { fixed, whole } from "../format";
import { StepFrame } from "../frame/step-frame";
import { knob, wholeIn } from "../slider";
import "./pixels.css";

// the 7's edge passes near row 8, column 12
const pixel = knob("pixel", 8 * SIDE + 12, wholeIn(0, SIDE * SIDE - 1));
const shown = parameter("pixels", "ink", oneOf(["ink", "numbers"]));

export function PixelsStep() {
  const { image: values, label } = shownDigit.value ?? { image: new Uint8Array(SIDE * SIDE), label: null };
  const chosen = pixel.value;
  return (
    <StepFrame name="pixels" isTried={(from) => Math.abs(chosen - from) === SIDE} position={chosen}>
      <div class="pixels-step">
        <PixelGrid
          values={values}
          label={label === null ? say("learn.digit.looked-at") : say("learn.pixels.grid", label)}
          chosen={chosen}
          numbers={shown.value === "numbers"}
          onChoose={(index) => pixel.set(index)}
        />
        <div class="pixels-side">
          <DigitChoice />
          <Check
            label={say("learn.pixels.numbers")}
            isOn={shown.value === "numbers"}
            onChange={(isOn) => shown.set(isOn ? "numbers" : "ink")}
          />
          <Readout value={values[chosen] ?? 0} chosen={chosen} />
          <p class="small quiet">{originOf(label)}</p>
        </div>
        <figure class="pixels-in-a-row">
          <PixelRow values={values} chosen={chosen} label={say("learn.pixels.row.label")} />
          <figcaption class="small quiet">{say("learn.pixels.row", chosen + 1)}</figcaption>
        </figure>
      </div>
    </StepFrame>
  );
}

/** Where the digit is from. */
function originOf(label: number | null): string {
  if (label === null) return say("learn.pixels.mine");
  const name = chosenDigit.value;
  if (name.startsWith("t")) return say("learn.digit.is", whole(Number(name.slice(1))), label);
  return say("learn.pixels.source", label, imageOf(label).index);
}

function Readout({ value, chosen }: { value: number; chosen: number }) {
  const row = Math.floor(chosen / SIDE) + 1;
  const column = (chosen % SIDE) + 1;
  return (
    <p class="pixel-readout numbers" role="status" aria-label={say("learn.pixels.chosen")}>
      <span>{say("learn.pixels.place", row, column)}</span>
      <span class="pixel-value">
        <strong>{value}</strong> ÷ 255 = <strong>{fixed(value / 255, 3)}</strong>
      </span>
    </p>
  );
}

interface Properties {
  /** 0 to 255, row by row. */
  values: Uint8Array;
  side?: number;
  label: string;
  /** The selected pixel, counted row by row from 0. */
  chosen: number;
  /** Write the values into the pixels. */
  numbers: boolean;
  onChoose: (pixel: number) => void;
  /** The number of pixels framed on every side of the selected one. */
  around?: number;
}

/** A digit as a grid of pixels; a pixel is selected by pointing or with the arrow keys. */
export function PixelGrid({ values, side = SIDE, label, chosen, numbers, onChoose, around = 0 }: Properties) {
  const id = useId();
  const rows = useMemo(() => rowsOf(values, side, numbers, id), [values, side, numbers, id]);
  const row = Math.floor(chosen / side);
  const column = chosen % side;

  const point = (event: TargetedPointerEvent<HTMLElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const [down, across] = [
      (event.clientY - box.top) / box.height,
      (event.clientX - box.left) / box.width,
    ].map((fraction) => Math.min(Math.max(Math.floor(fraction * side), 0), side - 1));
    onChoose((down ?? 0) * side + (across ?? 0));
  };
  const press = (event: TargetedKeyboardEvent<HTMLElement>) => {
    const target = moved(event.key, row, column, side);
    if (target === null) return;
    event.preventDefault();
    onChoose(target);
  };

  return (
    <div class={`pixel-grid ${numbers ? "with-numbers" : ""}`} style={{ "--side": side }}>
      {/* biome-ignore lint/a11y/useSemanticElements: a picture that is pointed at, not a table */}
      <div
        role="grid"
        aria-label={label}
        aria-describedby={`${id}-keys`}
        aria-rowcount={side}
        aria-colcount={side}
        aria-activedescendant={`${id}-${chosen}`}
        tabIndex={0}
        onPointerMove={point}
        onPointerDown={point}
        onKeyDown={press}
      >
        {rows}
      </div>
      <span
        class="chosen-pixel"
        aria-hidden="true"
        style={{
          left: `${((column - around) / side) * 100}%`,
          top: `${((row - around) / side) * 100}%`,
          ...(around && {
            width: `${((2 * around + 1) / side) * 100}%`,
            height: `${((2 * around + 1) / side) * 100}%`,
          }),
        }}
      />
      <p class="for-screen-readers" id={`${id}-keys`}>
        {say("learn.pixels.keys")}
      </p>
    </div>
  );
}

function rowsOf(values: Uint8Array, side: number, numbers: boolean, id: string) {
  return Array.from({ length: side }, (_, row) => (
    // biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus and names its active pixel
    // biome-ignore lint/a11y/useSemanticElements: squares of a picture, not cells of a table
    <div role="row" key={row} aria-rowindex={row + 1}>
      {Array.from(values.subarray(row * side, (row + 1) * side), (value, column) => {
        const pixel = row * side + column;
        return (
          // biome-ignore lint/a11y/useFocusableInteractive: as above
          // biome-ignore lint/a11y/useSemanticElements: as above
          <span
            role="gridcell"
            key={pixel}
            id={`${id}-${pixel}`}
            aria-label={numbers ? undefined : String(value)}
            style={{ "--ink-share": value / 255 }}
          >
            {numbers ? value : ""}
          </span>
        );
      })}
    </div>
  ));
}

/** The pixel that a key moves to; null for other keys. */
function moved(key: string, row: number, column: number, side: number): number | null {
  const last = side - 1;
  const targets: Record<string, [row: number, column: number]> = {
    ArrowUp: [Math.max(row - 1, 0), column],
    ArrowDown: [Math.min(row + 1, last), column],
    ArrowLeft: [row, Math.max(column - 1, 0)],
    ArrowRight: [row, Math.min(column + 1, last)],
    Home: [row, 0],
    End: [row, last],
    PageUp: [0, column],
    PageDown: [last, column],
  };
  const target = targets[key];
  return target ? target[0] * side + target[1] : null;
}

const COUNT = SIDE * SIDE;

/** All 784 pixels in a row, as the network gets them, with the selected one marked. */
function PixelRow({ values, chosen, label }: { values: Uint8Array; chosen: number; label: string }) {
  const ink = useMemo(
    () =>
      Array.from(values, (value, index) =>
        value ? <rect key={index} x={index} y={0} width={1.05} height={10} opacity={value / 255} /> : null,
      ),
    [values],
  );
  return (
    <div class="pixel-row" role="img" aria-label={label}>
      <svg viewBox={`0 0 ${COUNT} 10`} preserveAspectRatio="none" aria-hidden="true">
        {ink}
      </svg>
      <span style={{ left: `${((chosen + 0.5) / COUNT) * 100}%` }} />
    </div>
  );
}
