/** A small grey photo of a digit: cut from what was written, or made of an image. */
import type { Box } from "../../ink/boxes";
import { componentsOf, joined } from "../../ink/components";
import { darkOnLight, inkOf } from "../../ink/paper";
import { blank, type Grey } from "../../ink/picture";
import { resize } from "../../ink/resize";
import { cutOutOf, framedStages, inverted, type Stage, type Stages } from "../../ink/stages";

/** Pixels along each side of a photo. */
export const SIDE = 56;

const IMAGE = 28;
const ROOM = 2; // the photo's side relative to the digit's
const [ACROSS, DOWN] = [0.45, 0.46]; // the digit's centre: people do not write exactly in the middle
const [CORNER_X, CORNER_Y] = [22, 5]; // of an image on its sheet
const [LIGHT, SHADOW] = [228, 92]; // grey levels of the paper, and how much it darkens towards one side
const INK = 0.7; // of the light that the darkest ink swallows

/** Cut a digit with its surroundings out of a picture; beyond the edge, the last pixels repeat. */
export function photoAround(picture: Grey, { x, y, width, height }: Box): Grey {
  const side = Math.max(Math.ceil(ROOM * Math.max(width, height)), 2);
  const left = Math.round(x + width / 2 - ACROSS * side);
  const top = Math.round(y + height / 2 - DOWN * side);
  const part = blank(side, side);
  const inside = (index: number, size: number) => Math.min(Math.max(index, 0), size - 1);
  for (let row = 0, index = 0; row < side; row++)
    for (let column = 0; column < side; column++, index++)
      part.pixels[index] = picture.pixels[
        inside(top + row, picture.height) * picture.width + inside(left + column, picture.width)
      ] as number;
  return resize(part, SIDE / side);
}

/** Lay an image of 784 values, ink 255, on a sheet that light falls on from one side, and take a photo. */
export function photographed(image: Uint8Array): Grey {
  const photo = blank(SIDE, SIDE);
  for (let y = 0, index = 0; y < SIDE; y++)
    for (let x = 0; x < SIDE; x++, index++) {
      const [row, column] = [y - CORNER_Y, x - CORNER_X];
      const isInside = row >= 0 && row < IMAGE && column >= 0 && column < IMAGE;
      const ink = isInside ? (image[row * IMAGE + column] ?? 0) / 255 : 0;
      photo.pixels[index] = Math.round((LIGHT - (SHADOW * x) / (SIDE - 1)) * (1 - INK * ink));
    }
  return photo;
}

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
