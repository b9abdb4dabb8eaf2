/** A picture file becomes grey pixels. It works in a worker too, so nothing here may need the page. */
import { MAX_PIXELS } from "../generated/limits";
import { brightness } from "../ink/loops/loops";
import type { Grey } from "../ink/picture";

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
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(file, { imageOrientation: "from-image", premultiplyAlpha: "none" });
  } catch {
    throw new UnknownPicture();
  }
  try {
    const scale = Math.min(1, largest / Math.max(bitmap.width, bitmap.height));
    return drawn(bitmap, Math.round(bitmap.width * scale), Math.round(bitmap.height * scale));
  } finally {
    bitmap.close();
  }
}

/**
 * The pixels of anything that can be drawn, on white.
 *
 * @throws LargePicture; the browser's SecurityError if it comes from another site
 */
export function drawn(source: CanvasImageSource, width: number, height: number): Grey {
  if (width * height > MAX_PIXELS) throw new LargePicture();
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  if (!context) throw new LargePicture();
  context.fillStyle = "white";
  context.fillRect(0, 0, width, height);
  context.drawImage(source, 0, 0, width, height);
  return greyOf(context.getImageData(0, 0, width, height));
}

/** A picture without its colours. */
export function greyOf({ width, height, data }: ImageData): Grey {
  return { width, height, pixels: brightness(data) };
}
