/** A picture file becomes pixels. It works in a worker too, so nothing here may need the page. */
import { DARK, MAX_PIXELS } from "../generated/limits";
import { brightness } from "../ink/loops/loops";
import type { Coloured, Grey } from "../ink/picture";

/** The file is not a picture that this browser can open. */
export class UnknownPicture extends Error {}
/** It has more than `MAX_PIXELS`. */
export class LargePicture extends Error {}

/**
 * Open a picture file. Works in a worker.
 *
 * @param largest the longest side that it may have; a larger one is made smaller
 * @throws UnknownPicture, LargePicture
 */
export async function openPicture(file: Blob, largest = Number.POSITIVE_INFINITY): Promise<Grey> {
  return greyOf(await opened(file, largest));
}

/** The same with its colours, red, green and blue. */
export async function openColoured(file: Blob): Promise<Coloured> {
  const image = await opened(file, Number.POSITIVE_INFINITY);
  return { ...greyOf(image), colours: coloursOf(image) };
}

async function opened(file: Blob, largest: number): Promise<ImageData> {
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(file, { imageOrientation: "from-image", premultiplyAlpha: "none" });
  } catch {
    throw new UnknownPicture();
  }
  try {
    const scale = Math.min(1, largest / Math.max(bitmap.width, bitmap.height));
    return imageOf(bitmap, Math.round(bitmap.width * scale), Math.round(bitmap.height * scale));
  } finally {
    bitmap.close();
  }
}

/**
 * The pixels of anything that can be drawn.
 *
 * @throws LargePicture; the browser's SecurityError if it comes from another site
 */
export function drawn(source: CanvasImageSource, width: number, height: number): Grey {
  return greyOf(imageOf(source, width, height));
}

function imageOf(source: CanvasImageSource, width: number, height: number): ImageData {
  if (width * height > MAX_PIXELS) throw new LargePicture();
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  if (!context) throw new LargePicture();
  context.drawImage(source, 0, 0, width, height);
  return context.getImageData(0, 0, width, height);
}

type Image = Pick<ImageData, "width" | "height" | "data">;

/**
 * A picture without its colours: transparency on white, or on black where all that can be seen is light.
 *
 * It is blended as Pillow blends by a mask, down to its rounding.
 */
export function greyOf({ width, height, data }: Image): Grey {
  const pixels = brightness(data);
  blend(pixels, data, groundOf(pixels, data));
  return { width, height, pixels };
}

/** Its red, green and blue, with transparency likewise. */
export function coloursOf({ width, height, data }: Image): Grey[] {
  const ground = groundOf(brightness(data), data);
  return [0, 1, 2].map((colour) => {
    const pixels = new Uint8Array(width * height);
    for (let index = 0; index < pixels.length; index++) pixels[index] = data[4 * index + colour] as number;
    blend(pixels, data, ground);
    return { width, height, pixels };
  });
}

/** What lies under a picture that can be seen through. */
function groundOf(pixels: Uint8Array, data: Uint8ClampedArray): number {
  if (isOpaque(data)) return 255;
  const opacities = pixels.map((_, index) => data[4 * index + 3] as number);
  const seen = opacities.findIndex((opacity) => opacity >= DARK) >= 0;
  const isLight = pixels.every((level, index) => level >= DARK || (opacities[index] as number) < DARK);
  return seen && isLight ? 0 : 255;
}

function blend(pixels: Uint8Array, data: Uint8ClampedArray, ground: number): void {
  if (isOpaque(data)) return;
  for (let index = 0; index < pixels.length; index++) {
    const opacity = data[4 * index + 3] as number;
    const sum = (pixels[index] as number) * opacity + ground * (255 - opacity) + 128;
    pixels[index] = ((sum >> 8) + sum) >> 8;
  }
}

function isOpaque(colours: Uint8ClampedArray): boolean {
  for (let index = 3; index < colours.length; index += 4) if (colours[index] !== 255) return false;
  return true;
}
