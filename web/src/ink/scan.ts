/** A grey picture becomes its ink map, contrast map and components. */
import { LOW, ONE_PIXEL_WIDE, SOLID } from "../generated/ink/paper";
import { type Component, componentsAndSpecks } from "./components";
import { contrastOf, darkOnLight, hasNeighbours, inkOf } from "./paper";
import { blank, type Grey } from "./picture";
import { resize } from "./resize";

export class Scan {
  /** As it is searched. */
  readonly grey: Grey;
  readonly ink: Grey;
  readonly components: readonly Component[];
  /** Components too small to be digits, such as points. */
  readonly specks: readonly Component[];
  readonly #dark: Grey;
  #contrast: Grey | null = null;

  /**
   * @param original the picture
   * @param largest pixels of the longer side at which it is searched
   */
  constructor(
    readonly original: Grey,
    largest: number,
  ) {
    this.grey = resize(original, Math.min(1, largest / Math.max(original.width, original.height)));
    let dark = darkOnLight(this.grey);
    let ink = inkOf(dark);
    if (hasThinStrokes(ink)) {
      dark = widened(dark);
      ink = inkOf(dark);
    }
    this.#dark = dark;
    this.ink = ink;
    ({ components: this.components, specks: this.specks } = componentsAndSpecks(this.ink));
  }

  get contrast(): Grey {
    this.#contrast ??= contrastOf(this.#dark);
    return this.#contrast;
  }
}

/** Whether ink is of low writing whose strokes are one pixel wide, so that shrinking has often broken them. */
function hasThinStrokes(ink: Grey): boolean {
  const { width, height, pixels } = ink;
  const isSolid = (index: number) => (pixels[index] as number) >= SOLID;
  let [top, bottom, solid, inside] = [height, 0, 0, 0];
  for (let y = 0, index = 0; y < height; y++)
    for (let x = 0; x < width; x++, index++) {
      if (!isSolid(index)) continue;
      top = Math.min(top, y);
      bottom = y + 1;
      solid++;
      if (x && y && isSolid(index - 1) && isSolid(index - width) && isSolid(index - width - 1)) inside++;
    }
  const isThin = solid > 0 && bottom - top <= LOW && inside < ONE_PIXEL_WIDE * solid;
  return isThin && !hasNeighbours(ink);
}

/** Dark strokes wider by a pixel to each side: the darkest of each pixel and its four neighbours. */
function widened({ width, height, pixels }: Grey): Grey {
  const wide = blank(width, height);
  for (let y = 0, index = 0; y < height; y++)
    for (let x = 0; x < width; x++, index++)
      wide.pixels[index] = Math.min(
        pixels[index] as number,
        x > 0 ? (pixels[index - 1] as number) : 255,
        x < width - 1 ? (pixels[index + 1] as number) : 255,
        y > 0 ? (pixels[index - width] as number) : 255,
        y < height - 1 ? (pixels[index + width] as number) : 255,
      );
  return wide;
}
