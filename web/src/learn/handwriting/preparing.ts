/**
 * A photo of a digit becomes the 28x28 image that a network reads, in the stages of the reading itself; each can be
 * left out.
 */
import { type Box, touched } from "../../ink/boxes";
import { componentsOf, joined } from "../../ink/components";
import { byTable } from "../../ink/loops/levels";
import { brightened, centred, SIDE, strokesOf, thickened, toSize } from "../../ink/normalize";
import { darkOnLight, inkOf } from "../../ink/paper";
import { blank, cropped, type Grey } from "../../ink/picture";
import { shrunk, stretched } from "../../ink/resize";

/** In their order: ink becomes bright, paper 0; one digit is cut out, scaled and centred, and its strokes evened out. */
export const STAGES = ["turn", "ink", "cut", "frame", "pen"] as const;
export type Stage = (typeof STAGES)[number];

export interface Prepared {
  /** What each stage leaves; of the last, the image that the network gets. */
  readonly pictures: Readonly<Record<Stage, Grey>>;
  readonly image: Grey;
}

const INVERTED = Uint8Array.from({ length: 256 }, (_, level) => 255 - level);

/** @param off the stages that are left out */
export function prepared(photo: Grey, off: ReadonlySet<Stage>): Prepared {
  const dark = darkOnLight(photo);
  const turn = off.has("turn") ? dark : inverted(dark);
  const ink = off.has("ink") ? turn : inkOf(inverted(turn));
  const cut = off.has("cut") ? ink : cutOut(ink);
  const isBlank = cut.pixels.every((level) => level === 0);
  const frame = isBlank ? blank(SIDE, SIDE) : framed(cut, off, false);
  const pen = isBlank || off.has("pen") ? frame : framed(thickened(cut), off, true);
  return { pictures: { turn, ink, cut, frame, pen }, image: pen };
}

function framed(strokes: Grey, off: ReadonlySet<Stage>, isBrightened: boolean): Grey {
  const small = off.has("frame") ? filling(strokes) : toSize(strokes);
  const bright = (isBrightened && brightened(small)) || small;
  return off.has("frame") ? bright : centred(bright);
}

function inverted(grey: Grey): Grey {
  return byTable(grey, INVERTED);
}

/** The digit in the middle; blank if there is no ink. */
function cutOut(ink: Grey): Grey {
  const strokes = strokesOf(cropped(ink, touched(digitIn(ink))));
  return strokes.pixels.length ? strokes : blank(SIDE, SIDE);
}

/** The box of the ink in the middle; the whole picture if there is none. */
function digitIn(ink: Grey): Box {
  const boxes = joined(componentsOf(ink).map(({ box }) => box));
  const away = ({ x, y, width, height }: Box) =>
    Math.hypot(x + width / 2 - ink.width / 2, y + height / 2 - ink.height / 2);
  const [nearest] = boxes.sort((one, other) => away(one) - away(other));
  return nearest ?? { x: 0, y: 0, width: ink.width, height: ink.height };
}

/** Stretched or squeezed to fill 28x28, whatever the shape becomes. */
function filling(strokes: Grey): Grey {
  return strokes.width >= SIDE && strokes.height >= SIDE
    ? shrunk(strokes, SIDE, SIDE)
    : stretched(strokes, SIDE, SIDE);
}
