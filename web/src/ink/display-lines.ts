/** A picture of one line of a display becomes a strip, in which light, frame and glare count for little. */
import { CONTRAST, PAPER } from "../generated/ink/paper";
import {
  COLUMN,
  DISPLAY_AROUND,
  DISPLAY_LIGHT,
  DISPLAY_NOISE,
  HEIGHT,
  LONGEST,
  SHORTEST,
} from "../generated/ink/strips";
import { blur } from "./filters";
import { level, rounded } from "./numbers";
import { asPlane, type Grey } from "./picture";
import { shrunk, stretched } from "./resize";

/** Turn a picture of a line into a strip, 48 pixels high, whose digits are bright. */
export function displayStrip(grey: Grey, isLightOnDark: boolean): Grey {
  const columns = rounded((grey.width * HEIGHT) / grey.height / COLUMN);
  const width = Math.min(Math.max(columns * COLUMN, SHORTEST), LONGEST);
  const resized = asPlane((grey.height > HEIGHT ? shrunk : stretched)(grey, width, HEIGHT));
  const light = blur(resized, DISPLAY_LIGHT, "reflected").pixels;
  const darker = light.map((mean, index) => mean - (resized.pixels[index] as number));
  const squares = { ...resized, pixels: darker.map((value) => value * value) };
  const scale = (isLightOnDark ? -CONTRAST : CONTRAST) / 2;
  const pixels = Uint8Array.from(blur(squares, DISPLAY_AROUND, "reflected").pixels, (square, index) =>
    level(PAPER + ((darker[index] as number) * scale) / Math.sqrt(Math.max(square, DISPLAY_NOISE ** 2))),
  );
  return { width, height: HEIGHT, pixels };
}
