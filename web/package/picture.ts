/** Whatever a program hands in becomes grey pixels, as in Python. */
import { MAX_PIXELS } from "../src/generated/limits.js";
import { drawn, greyOf as greyOfColours, LargePicture, openPicture } from "../src/here/open.js";
import type { Grey } from "../src/ink/picture.js";
import { errorOf } from "./errors.js";
import type { Language, Picture, Pixels } from "./types.js";

/** A picture that can be sent to a worker, and what of it is moved there instead of copied. */
export type Portable = Pixels | Blob | ImageBitmap;

/** @throws PictureError */
export async function greyOf(picture: Picture, language: Language): Promise<Grey> {
  const found = await portable(picture, language);
  if (isInstance(found, "Blob")) {
    if (!("createImageBitmap" in globalThis)) throw errorOf("picture.decoder", {}, language);
    return await openPicture(found).catch((error) => {
      throw errorOf(error instanceof LargePicture ? "picture.large" : "picture.file", {}, language);
    });
  }
  if (!isInstance(found, "ImageBitmap")) return greyOfPixels(found);
  try {
    return drawn(found, found.width, found.height);
  } catch (error) {
    throw errorOf(error instanceof LargePicture ? "picture.large" : "picture.foreign", {}, language);
  } finally {
    if (found !== picture) found.close();
  }
}

/**
 * Check a picture, and turn elements of a page into bitmaps.
 *
 * @throws PictureError
 */
export async function portable(picture: Picture, language: Language): Promise<Portable> {
  if (isInstance(picture, "Blob") || isInstance(picture, "ImageBitmap")) return picture;
  if (isInstance(picture, "HTMLImageElement")) {
    const isThere = await picture.decode().then(
      () => picture.naturalWidth > 0,
      () => false,
    );
    if (!isThere) throw errorOf("picture.loading", {}, language);
    return bitmapOf(picture, picture.naturalWidth, picture.naturalHeight, language);
  }
  if (isInstance(picture, "HTMLCanvasElement") || isInstance(picture, "OffscreenCanvas"))
    return bitmapOf(picture, picture.width, picture.height, language);
  if (typeof picture !== "object" || picture === null || !("data" in picture))
    throw errorOf("picture.kind", { given: kindOf(picture) }, language);
  return checked(picture, language);
}

async function bitmapOf(
  source: HTMLImageElement | HTMLCanvasElement | OffscreenCanvas,
  width: number,
  height: number,
  language: Language,
): Promise<ImageBitmap> {
  if (width * height > MAX_PIXELS) throw errorOf("picture.large", {}, language);
  if (!width || !height) throw errorOf("picture.size", { width, height }, language);
  const bitmap = await createImageBitmap(source);
  // one that comes from another site may be drawn, but not seen
  try {
    drawn(bitmap, 1, 1);
  } catch {
    bitmap.close();
    throw errorOf("picture.foreign", {}, language);
  }
  return bitmap;
}

function checked({ width, height, data }: Pixels, language: Language): Pixels {
  const isSide = (side: number) => Number.isInteger(side) && side > 0;
  if (!isSide(width) || !isSide(height))
    throw errorOf("picture.size", { width: String(width), height: String(height) }, language);
  if (width * height > MAX_PIXELS) throw errorOf("picture.large", {}, language);
  if (!(data instanceof Uint8Array || data instanceof Uint8ClampedArray))
    throw errorOf("picture.bytes", { given: kindOf(data) }, language);
  const [grey, given] = [width * height, data.length];
  if (given !== grey && given !== 3 * grey && given !== 4 * grey)
    throw errorOf("picture.length", { width, height, grey, rgb: 3 * grey, rgba: 4 * grey, given }, language);
  return { width, height, data };
}

function greyOfPixels({ width, height, data }: Pixels): Grey {
  const count = width * height;
  if (data.length === count) return { width, height, pixels: Uint8Array.from(data) };
  const depth = data.length / count;
  const colours = new Uint8ClampedArray(4 * count);
  for (let from = 0, to = 0; to < colours.length; from += depth, to += 4)
    for (let channel = 0; channel < depth; channel++) colours[to + channel] = data[from + channel] as number;
  if (depth === 3) for (let index = 3; index < colours.length; index += 4) colours[index] = 255;
  return greyOfColours({ width, height, data: colours });
}

interface Browser {
  Blob: Blob;
  ImageBitmap: ImageBitmap;
  HTMLImageElement: HTMLImageElement;
  HTMLCanvasElement: HTMLCanvasElement;
  OffscreenCanvas: OffscreenCanvas;
}

/** Whether it is something of the browser's, which may not have such things. */
function isInstance<Name extends keyof Browser>(picture: unknown, name: Name): picture is Browser[Name] {
  const found: unknown = (globalThis as Record<string, unknown>)[name];
  return typeof found === "function" && picture instanceof found;
}

function kindOf(value: unknown): string {
  return value === null || value === undefined ? String(value) : Object(value).constructor.name;
}
