/**
 * Boxes around the characters. Colour, line style and icon all show the status, so none is needed alone. For screen
 * readers, the cards have the same information.
 */
import { say } from "../sentences/say";
import { type Glyph, isDigit, statusOf } from "./correct/glyphs";
import { contains, type Point, type Rect, type Size } from "./geometry";
import { glyphs, lit, pointing, reading, toggle } from "./state";

interface Properties {
  /** The size of the area under the boxes, in CSS pixels. */
  size: Size;
  /** Maps a box of the reading to this area. */
  at: (box: Rect) => Rect;
  /** Whether boxes can be clicked; not on the writing canvas. */
  clickable?: boolean;
}

const BESIDE = 2; // the same for marks, and for ink that was left out
const ROOM = 5; // CSS pixels between ink and box
const LABELLED = 40; // CSS pixels of height: labels of smaller boxes would cover the line above
const SIGNS = { ok: "", unsure: "?" } as const;

export function Boxes({ size, at, clickable = false }: Properties) {
  return (
    <svg
      class="boxes"
      viewBox={`0 0 ${size.width} ${size.height}`}
      aria-hidden="true"
      data-testid="boxes"
      data-clickable={clickable}
    >
      <Hatching />
      {reading.value?.ignored.map(({ kind, box: [x, y, width, height] }, place) => {
        const found = { x, y, width, height };
        const shown = around(at(found), BESIDE);
        // the frame of a form is not hatched over its digits
        const isAround = glyphs.value.some(({ box }) => contains(found, middleOf(box)));
        return (
          <g key={`ignored ${place}`} class="left-out" data-kind={kind}>
            <rect {...shown} rx="3" fill={isAround ? "none" : "url(#left-out)"} />
            <text x={shown.x + 2} y={shown.y + shown.height + 13}>
              {say(`write.kind.${kind}`)}
            </text>
          </g>
        );
      })}
      {glyphs.value.map((glyph, place) => (
        <GlyphBox key={place} glyph={glyph} place={place} at={at} clickable={clickable} />
      ))}
    </svg>
  );
}

interface GlyphProperties extends Pick<Properties, "at" | "clickable"> {
  glyph: Glyph;
  place: number;
}

function GlyphBox({ glyph, place, at, clickable }: GlyphProperties) {
  const isMark = !isDigit(glyph.character);
  const shown = at(glyph.box);
  const { x, y, width, height } = around(shown, isMark ? BESIDE : ROOM);
  const isLit = lit.value === place;
  const status = statusOf(glyph);
  const label = status === "not-a-digit" ? "×" : `${glyph.character}${SIGNS[status]}`;
  return (
    <g
      class={isMark ? "mark" : "box"}
      data-status={status}
      data-mine={glyph.isMine}
      data-lit={isLit}
      {...(clickable ? { ...pointing(place), onClick: () => toggle(place) } : {})}
    >
      <rect
        {...{ x, y, width, height }}
        rx={isMark ? 3 : 6}
        pathLength={status === "ok" && !isMark ? 1 : undefined}
      />
      {(isMark ? isLit : shown.height >= LABELLED || isLit) && (
        <text x={x + 2} y={y < 20 ? y + height + 16 : y - 6}>
          {label}
        </text>
      )}
    </g>
  );
}

/** The pattern of ink that is in no text: lines that leave the ink readable. */
function Hatching() {
  return (
    <defs>
      <pattern id="left-out" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <path d="M0 0v7" />
      </pattern>
    </defs>
  );
}

function around({ x, y, width, height }: Rect, room: number): Rect {
  return { x: x - room, y: y - room, width: width + 2 * room, height: height + 2 * room };
}

function middleOf({ x, y, width, height }: Rect): Point {
  return { x: x + width / 2, y: y + height / 2 };
}
