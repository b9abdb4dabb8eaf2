/** A digit as a grid of pixels; a pixel is selected by pointing or with the arrow keys. */

import type { TargetedKeyboardEvent, TargetedPointerEvent } from "preact";
import { useId, useMemo } from "preact/hooks";
import { SIDE } from "../../generated/ink/normalize";
import { say } from "../../sentences/say";

interface Properties {
  values: Uint8Array;
  label: string;
  /** The selected pixel, counted row by row from 0. */
  chosen: number;
  /** Write the values into the pixels. */
  numbers: boolean;
  onChoose: (pixel: number) => void;
  /** The number of pixels framed on every side of the selected one. */
  around?: number;
}

export function PixelGrid({ values, label, chosen, numbers, onChoose, around = 0 }: Properties) {
  const id = useId();
  const rows = useMemo(() => rowsOf(values, numbers, id), [values, numbers, id]);
  const row = Math.floor(chosen / SIDE);
  const column = chosen % SIDE;

  const point = (event: TargetedPointerEvent<HTMLElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const [down, across] = [
      (event.clientY - box.top) / box.height,
      (event.clientX - box.left) / box.width,
    ].map((fraction) => Math.min(Math.max(Math.floor(fraction * SIDE), 0), SIDE - 1));
    onChoose((down ?? 0) * SIDE + (across ?? 0));
  };
  const press = (event: TargetedKeyboardEvent<HTMLElement>) => {
    const target = moved(event.key, row, column);
    if (target === null) return;
    event.preventDefault();
    onChoose(target);
  };

  return (
    <div class={`pixel-grid ${numbers ? "with-numbers" : ""}`}>
      {/* biome-ignore lint/a11y/useSemanticElements: a picture that is pointed at, not a table */}
      <div
        role="grid"
        aria-label={label}
        aria-describedby={`${id}-keys`}
        aria-rowcount={SIDE}
        aria-colcount={SIDE}
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
          left: `${((column - around) / SIDE) * 100}%`,
          top: `${((row - around) / SIDE) * 100}%`,
          ...(around && {
            width: `${((2 * around + 1) / SIDE) * 100}%`,
            height: `${((2 * around + 1) / SIDE) * 100}%`,
          }),
        }}
      />
      <p class="for-screen-readers" id={`${id}-keys`}>
        {say("learn.pixels.keys")}
      </p>
    </div>
  );
}

function rowsOf(values: Uint8Array, numbers: boolean, id: string) {
  return Array.from({ length: SIDE }, (_, row) => (
    // biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus and names its active pixel
    // biome-ignore lint/a11y/useSemanticElements: squares of a picture, not cells of a table
    <div role="row" key={row} aria-rowindex={row + 1}>
      {Array.from(values.subarray(row * SIDE, (row + 1) * SIDE), (value, column) => {
        const pixel = row * SIDE + column;
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
function moved(key: string, row: number, column: number): number | null {
  const last = SIDE - 1;
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
  return target ? target[0] * SIDE + target[1] : null;
}
