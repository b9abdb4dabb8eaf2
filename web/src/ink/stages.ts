/** The stages in which a digit becomes the 28x28 image that a network reads, one after another, as pictures. */
import { SIDE } from "../generated/ink/normalize";
import { type Box, touched } from "./boxes";
import { byTable } from "./loops/loops";
import { brightened, centred, strokesOf, thickened, toSize } from "./normalize";
import { blank, cropped, type Grey } from "./picture";
import { shrunk, stretched } from "./resize";

/** In their order: ink becomes bright, paper 0; one digit is cut out, scaled and centred, and its strokes evened out. */
export const STAGES = ["turn", "ink", "cut", "frame", "pen"] as const;
export type Stage = (typeof STAGES)[number];

/** The result of each stage; of the last, the image that the network gets. */
export type Stages = Readonly<Record<Stage, Grey>>;

const INVERTED = Uint8Array.from({ length: 256 }, (_, level) => 255 - level);

export function inverted(grey: Grey): Grey {
  return byTable(grey, INVERTED);
}

/** The ink in a box without specks and margins; blank if there is none. */
export function cutOutOf(ink: Grey, box: Box): Grey {
  const strokes = strokesOf(cropped(ink, touched(box)));
  return strokes.pixels.length ? strokes : blank(SIDE, SIDE);
}

/**
 * The two last stages of a digit that has been cut out; together they do what `normalize` does after cutting.
 *
 * @param off the stages that are left out
 */
export function framedStages(
  strokes: Grey,
  off: ReadonlySet<Stage> = new Set(),
): Pick<Stages, "frame" | "pen"> {
  if (strokes.pixels.every((level) => level === 0)) {
    const nothing = blank(SIDE, SIDE);
    return { frame: nothing, pen: nothing };
  }
  const frame = framed(strokes, off, false);
  return { frame, pen: off.has("pen") ? frame : framed(thickened(strokes), off, true) };
}

function framed(strokes: Grey, off: ReadonlySet<Stage>, isBrightened: boolean): Grey {
  const small = off.has("frame") ? filling(strokes) : toSize(strokes);
  const bright = (isBrightened && brightened(small)) || small;
  return off.has("frame") ? bright : centred(bright);
}

/** Stretched or squeezed to fill 28x28, whatever the shape becomes. */
function filling(strokes: Grey): Grey {
  return strokes.width >= SIDE && strokes.height >= SIDE
    ? shrunk(strokes, SIDE, SIDE)
    : stretched(strokes, SIDE, SIDE);
}
