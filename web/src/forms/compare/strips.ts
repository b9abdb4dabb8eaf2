/** The picture of a cell's digits, side by side, becomes images of 28x28 pixels. */
import { SIDE } from "../../generated/ink/normalize";
import { bytesOf } from "../../shared/files/bytes";

/** Return 784 values of each digit, ink 255, one digit after another; what lies below the first row is left out. */
export async function digitsIn(base64: string): Promise<Uint8Array> {
  const picture = await createImageBitmap(new Blob([bytesOf(base64)], { type: "image/png" }));
  const count = Math.floor(picture.width / SIDE);
  const canvas = new OffscreenCanvas(count * SIDE, SIDE);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context || picture.height < SIDE || count === 0) return new Uint8Array();
  context.drawImage(picture, 0, 0);
  picture.close();
  const { data } = context.getImageData(0, 0, count * SIDE, SIDE);
  const images = new Uint8Array(count * SIDE ** 2);
  for (let digit = 0, at = 0; digit < count; digit++)
    for (let y = 0; y < SIDE; y++)
      for (let x = 0; x < SIDE; x++) images[at++] = data[4 * (y * count * SIDE + digit * SIDE + x)] as number;
  return images;
}
