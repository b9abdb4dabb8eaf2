/** Prepare a photo of a digit in the stages of reading, any of which can be left out. */
import type { Box } from "../../ink/boxes";
import { componentsOf, joined } from "../../ink/components";
import { darkOnLight, inkOf } from "../../ink/paper/paper";
import type { Grey } from "../../ink/picture";
import { cutOutOf, framedStages, inverted, type Stage, type Stages } from "../../ink/stages";

/** @param off the stages that are left out */
export function prepared(photo: Grey, off: ReadonlySet<Stage>): Stages {
  const dark = darkOnLight(photo);
  const turn = off.has("turn") ? dark : inverted(dark);
  const ink = off.has("ink") ? turn : inkOf(inverted(turn));
  const cut = off.has("cut") ? ink : cutOutOf(ink, digitIn(ink));
  return { turn, ink, cut, ...framedStages(cut, off) };
}

/** The box of the ink in the middle; the whole picture if there is none. */
function digitIn(ink: Grey): Box {
  const boxes = joined(componentsOf(ink).map(({ box }) => box));
  const away = ({ x, y, width, height }: Box) =>
    Math.hypot(x + width / 2 - ink.width / 2, y + height / 2 - ink.height / 2);
  const [nearest] = boxes.sort((a, b) => away(a) - away(b));
  return nearest ?? { x: 0, y: 0, width: ink.width, height: ink.height };
}
