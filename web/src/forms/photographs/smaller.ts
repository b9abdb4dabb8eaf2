/** A photograph becomes a smaller one, where several would else be too much for one request. */
import { LIMITS_BODY } from "../../generated/limits";

/** Bytes of the files in a request; the rest is for what surrounds them. */
export const MOST_BYTES = LIMITS_BODY - 500_000;
const QUALITY = 0.9;

export interface Smaller {
  file: Blob;
  /** Pixels of the photograph to one of the smaller one. */
  factor: number;
}

/** Return a JPEG with at most `side` pixels on its longer side; null if it is no larger, or the browser cannot open it. */
export async function smaller(photograph: Blob, side: number): Promise<Smaller | null> {
  const bitmap = await createImageBitmap(photograph).catch(() => null); // turned as its EXIF says
  if (!bitmap) return null;
  const factor = Math.max(bitmap.width, bitmap.height) / side;
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(bitmap.width / factor);
  canvas.height = Math.round(bitmap.height / factor);
  const context = factor > 1 ? canvas.getContext("2d") : null;
  if (context) {
    context.imageSmoothingQuality = "high";
    context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  }
  bitmap.close();
  if (!context) return null;
  const file = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
  return file && { file, factor };
}
