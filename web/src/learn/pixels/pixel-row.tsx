/** All 784 pixels in a row, as the network gets them, with the selected one marked. */

import { useMemo } from "preact/hooks";
import { SIDE } from "../../generated/ink/normalize";

const COUNT = SIDE * SIDE;

export function PixelRow({ values, chosen, label }: { values: Uint8Array; chosen: number; label: string }) {
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
