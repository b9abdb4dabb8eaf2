/** The pixels around the selected one, large enough to show their values. */
import { SIDE } from "../../generated/ink/normalize";

const REACH = 3; // pixels to each side

export function Magnifier({ values, chosen }: { values: Uint8Array; chosen: number }) {
  const row = Math.floor(chosen / SIDE);
  const column = chosen % SIDE;
  const steps = Array.from({ length: 2 * REACH + 1 }, (_, index) => index - REACH);
  return (
    <div class="magnifier numbers" aria-hidden="true">
      {steps.flatMap((down) =>
        steps.map((across) => {
          const [y, x] = [row + down, column + across];
          const inside = y >= 0 && y < SIDE && x >= 0 && x < SIDE;
          const value = inside ? (values[y * SIDE + x] ?? 0) : null;
          const name = value === null ? "outside" : down === 0 && across === 0 ? "chosen" : "";
          return (
            <span key={`${down} ${across}`} class={name} style={{ "--ink-share": (value ?? 0) / 255 }}>
              {value}
            </span>
          );
        }),
      )}
    </div>
  );
}
