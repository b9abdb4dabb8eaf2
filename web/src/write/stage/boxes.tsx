/**
 * Boxes around the characters. Colour, line style and icon all show the status, so none is needed alone. For screen
 * readers, the cards have the same information.
 */
import { say } from "../../sentences/say";
import { contains, type Point, positionsOf, type Rect, type Size, type Wanted } from "../geometry";
import { type Glyph, isDigit, statusOf } from "../glyphs";
import { doubtedOf } from "../left-out";
import { glyphs, isDisplay, lit, pointing, reading, toggle } from "../state/state";

interface Properties {
  /** The size of the area under the boxes, in CSS pixels. */
  size: Size;
  /** Maps a box of the reading to this area. */
  at: (box: Rect) => Rect;
  /** Whether boxes can be clicked; not on the writing canvas. */
  clickable?: boolean;
}

const LINE_ROOM = 9; // CSS pixels between a line's digits and its box, which is around theirs
const BESIDE = 2; // the same for marks, and for ink that was left out
const ROOM = 5; // CSS pixels between ink and box
const LABELLED = 40; // CSS pixels of height: labels of smaller boxes would be as large as their characters
const SIGNS = { ok: "", unsure: "?" } as const;
const NOWHERE: Rect = { x: 0, y: 0, width: 0, height: 0 };

export function Boxes({ size, at, clickable = false }: Properties) {
  const leftOut = (reading.value?.ignored ?? []).map(({ kind, box: [x, y, width, height] }) => {
    const rect = { x, y, width, height };
    return {
      kind,
      box: around(at(rect), BESIDE),
      // the frame of a form is not hatched over its digits, and their labels may be within it
      isAround: glyphs.value.some(({ box }) => contains(rect, middleOf(box))),
    };
  });
  const lines = reading.value?.lines ?? [];
  const named = reading.value && doubtedOf(reading.value);
  const boxes = glyphs.value.map(({ character, box }) => around(at(box), isDigit(character) ? ROOM : BESIDE));
  const positions = positionsOf(
    [
      ...glyphs.value.map((glyph, index): Wanted => {
        const box = boxes[index] ?? NOWHERE;
        const isLabelled = isDigit(glyph.character) && box.height >= LABELLED + 2 * ROOM;
        return { box, text: isLabelled ? labelOf(glyph) : "", side: "above" };
      }),
      ...leftOut.map(
        ({ kind, box, isAround }): Wanted => ({
          box: isAround ? { ...box, width: 0 } : box,
          text: say(`write.kind.${kind}`),
          side: "below",
        }),
      ),
    ],
    size,
  );
  return (
    <svg
      class="boxes cover"
      viewBox={`0 0 ${size.width} ${size.height}`}
      aria-hidden="true"
      data-testid="boxes"
      data-clickable={clickable}
    >
      <Hatching />
      {(lines.length > 1 || isDisplay.value) &&
        lines.map(({ status, box: [x, y, width, height] }, index) => (
          <rect
            key={index}
            class="line-box"
            data-status={status}
            {...around(at({ x, y, width, height }), LINE_ROOM)}
            rx={8}
          />
        ))}
      {leftOut.map(({ kind, box, isAround }, index) => (
        <g key={`ignored ${index}`} class="left-out" data-kind={kind}>
          <rect {...box} rx="3" fill={isAround ? "none" : "url(#left-out)"} />
          <Label at={positions[boxes.length + index]} text={say(`write.kind.${kind}`)} />
        </g>
      ))}
      {glyphs.value.map((glyph, index) => (
        <GlyphBox
          key={index}
          glyph={glyph}
          index={index}
          box={boxes[index] ?? NOWHERE}
          isNamed={index === named}
          label={positions[index] ?? null}
          clickable={clickable}
        />
      ))}
    </svg>
  );
}

interface GlyphProperties {
  glyph: Glyph;
  index: number;
  box: Rect;
  /** Whether the message names this one of several unsure characters. */
  isNamed: boolean;
  /** Where its label has room. */
  label: Point | null;
  clickable: boolean;
}

function GlyphBox({ glyph, index, box, isNamed, label, clickable }: GlyphProperties) {
  const isMark = !isDigit(glyph.character);
  const isLit = lit.value === index;
  const status = statusOf(glyph);
  // the box under the pointer always shows its label
  const at = label ?? (isLit ? { x: box.x + 2, y: box.y < 20 ? box.y + box.height + 16 : box.y - 6 } : null);
  return (
    <g
      class={isMark ? "mark" : "box"}
      data-status={status}
      data-mine={glyph.isMine}
      data-named={isNamed}
      data-lit={isLit}
      {...(clickable ? { ...pointing(index), onClick: () => toggle(index) } : {})}
    >
      <rect {...box} rx={isMark ? 3 : 6} pathLength={status === "ok" && !isMark ? 1 : undefined} />
      <Label at={at} text={labelOf(glyph)} />
    </g>
  );
}

function labelOf(glyph: Glyph): string {
  const status = statusOf(glyph);
  return status === "not-a-digit" ? "×" : `${glyph.character}${SIGNS[status]}`;
}

function Label({ at, text }: { at: Point | null | undefined; text: string }) {
  return at ? (
    <text x={at.x} y={at.y}>
      {text}
    </text>
  ) : null;
}

/** The hatching over ignored ink: lines that leave the ink readable. */
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
