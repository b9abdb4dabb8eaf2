/**
 * Boxes around the digits. Colour, line style and icon all show the status, so none is needed alone. For screen
 * readers, the cards have the same information.
 */
import type { Ignored } from "../readings";
import type { Rect, Size } from "./geometry";
import { digits, lit, pointing, reading, toggle } from "./state";

interface Properties {
  /** The size of the area under the boxes, in CSS pixels. */
  size: Size;
  /** Maps a box of the reading to this area. */
  at: (box: Rect) => Rect;
  /** Whether boxes can be clicked; not on the writing canvas. */
  clickable?: boolean;
}

const ROOM = 5; // CSS pixels between ink and box
const LABELLED = 40; // CSS pixels of height: labels of smaller boxes would cover the line above
const SIGNS = { ok: "", unsure: "?", "not-a-digit": "×" } as const;

/** Printed lines and stains need no box: what is left out and may have been meant does. */
const named = ({ kind }: Ignored) => kind === "sign" || kind === "unknown";

export function Boxes({ size, at, clickable = false }: Properties) {
  return (
    <svg
      class="boxes"
      viewBox={`0 0 ${size.width} ${size.height}`}
      aria-hidden="true"
      data-testid="boxes"
      data-clickable={clickable}
    >
      {[...(reading.value?.marks ?? []), ...(reading.value?.ignored.filter(named) ?? [])].map(
        ({ box: [x, y, width, height], ...each }, place) => {
          const shown = at({ x, y, width, height });
          return (
            <rect
              key={`beside ${place}`}
              class={"mark" in each ? "mark" : "left-out"}
              x={shown.x - 2}
              y={shown.y - 2}
              width={shown.width + 4}
              height={shown.height + 4}
              rx="3"
            />
          );
        },
      )}
      {digits.value.map(({ digit, status, box: [x, y, width, height] }, place) => {
        const shown = at({ x, y, width, height });
        const [left, top] = [shown.x - ROOM, shown.y - ROOM];
        const label = `${digit}${SIGNS[status]}`;
        return (
          <g
            key={place}
            class="box"
            data-status={status}
            data-lit={lit.value === place}
            {...(clickable ? { ...pointing(place), onClick: () => toggle(place) } : {})}
          >
            <rect
              x={left}
              y={top}
              width={shown.width + 2 * ROOM}
              height={shown.height + 2 * ROOM}
              rx="6"
              pathLength={status === "ok" ? 1 : undefined}
            />
            {(shown.height >= LABELLED || lit.value === place) && (
              <text x={left + 2} y={top < 20 ? top + shown.height + 2 * ROOM + 16 : top - 6}>
                {label}
              </text>
            )}
          </g>
        );
      })}
    </svg>
  );
}
