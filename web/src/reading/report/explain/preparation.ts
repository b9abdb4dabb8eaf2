/** How the digits of a reading were prepared for the networks, stage by stage, in pictures small enough to show. */
import { type Box, bottomOf, rightOf } from "../../../ink/boxes";
import { contrastOf, darkOnLight } from "../../../ink/paper/paper";
import { clipped, cropped, type Grey } from "../../../ink/picture";
import { resize } from "../../../ink/resize";
import { cutOutOf, framedStages, inverted, type Stages } from "../../../ink/stages";
import { cut as cutStrip } from "../../../ink/strips";
import { around, type Candidates } from "../../find/candidates";
import { aloneOf } from "../../recognise/page";
import type { Digit } from "../result";

const AROUND = 0.4; // of the digit's longer side, so that one sees what it was cut out of
const SHOWN = 120; // pixels of the longer side; more would not be seen

/** How one digit was prepared. */
export interface Preparation {
  /** That of the digit: x, y, width and height in the original picture. */
  readonly box: readonly [number, number, number, number];
  /** The digit and what is around it, in the picture as it was searched. */
  readonly picture: Grey;
  readonly stages: Stages;
  /** The strips that the line recogniser saw: by the height of the digits, and all; none if it was not asked. */
  readonly strips: readonly Grey[];
}

/** The stages of the first digits of a reading, from what was found on the way to it. */
export function preparationsOf(seen: Candidates, digits: readonly Digit[], most: number): Preparation[] {
  if (!seen.page.length) return prepared(seen, digits.slice(0, most), null);
  // each line of a photograph is a picture of its own
  return seen.page.flatMap((line, index) =>
    prepared(
      aloneOf(line),
      digits.slice(0, most).filter((digit) => digit.line === index),
      line.contrast,
    ),
  );
}

/** @param known the contrast map of the picture, if it is not made of its levels alone */
function prepared(seen: Candidates, digits: readonly Digit[], known: Grey | null): Preparation[] {
  if (!digits.length) return [];
  const dark = darkOnLight(seen.grey);
  const bright = inverted(dark);
  const contrast = known ?? (seen.lines.length ? contrastOf(dark) : null);
  // digits of one line share its strips
  const strips = seen.lines.map(({ line }) => line.frames.map((frame) => cutStrip(contrast as Grey, frame)));
  return digits.map(({ box, searched, image }) => {
    const part = clipped(seen.grey, around(searched, AROUND));
    const cut = cutOutOf(seen.ink, searched);
    const { frame } = framedStages(cut);
    const line = lineAt(seen, searched);
    return {
      box: [box.x, box.y, box.width, box.height],
      picture: small(cropped(seen.grey, part)),
      stages: {
        turn: small(cropped(bright, part)),
        ink: small(cropped(seen.ink, part)),
        cut: small(cut),
        frame,
        pen: image,
      },
      strips: strips[line] ?? [],
    };
  });
}

/** The line whose frame has the most of a box in common with it, from top to bottom; -1 if none has. */
function lineAt({ lines }: Candidates, box: Box): number {
  let [best, most] = [-1, 0];
  lines.forEach(({ line: { frames } }, index) => {
    const [, whole] = frames;
    const isBeside = rightOf(box) > whole.x && box.x < rightOf(whole);
    const common = Math.min(bottomOf(box), bottomOf(whole)) - Math.max(box.y, whole.y);
    if (isBeside && common > most) [best, most] = [index, common];
  });
  return best;
}

function small(picture: Grey): Grey {
  return resize(picture, Math.min(1, SHOWN / Math.max(picture.width, picture.height, 1)));
}
