/**
 * Boxes around the digits. Colour, line style and icon all show the status, so none is needed alone. For screen
 * readers, the cards have the same information.
 */
import type { Rect, Size } from "./geometry";
import { digits, lit, pointing, toggle } from "./state";

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

export function Boxes({ size, at, clickable = false }: Properties) {
  return (
    <svg
      class="boxes"
      viewBox={`0 0 ${size.width} ${size.height}`}
      aria-hidden="true"
      data-testid="boxes"
      data-clickable={clickable}
    >
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
