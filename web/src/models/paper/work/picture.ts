/** Opens a picture in which codes are looked for. */
import { openPicture } from "../../../here/open";
import type { Grey } from "../../../ink/picture";

/** The largest side of a picture in which codes are looked for: 5 pixels a module where a code fills half of it. */
const LARGEST = 2_000;

/** Return it in grey, in a size in which codes are found; null if it is no picture. Works in a worker. */
export function openedForCodes(picture: Blob): Promise<Grey | null> {
  return smallEnough(picture)
    .then(openPicture)
    .catch(() => null);
}

async function smallEnough(picture: Blob): Promise<Blob> {
  const bitmap = await createImageBitmap(picture, { imageOrientation: "from-image" });
  const scale = Math.min(1, LARGEST / Math.max(bitmap.width, bitmap.height));
  if (scale === 1) return picture;
  const canvas = new OffscreenCanvas(Math.round(bitmap.width * scale), Math.round(bitmap.height * scale));
  canvas.getContext("2d")?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return canvas.convertToBlob();
}
