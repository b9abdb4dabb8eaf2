/** Draws a film as an animated GIF, which every program shows. */
import { LENGTH, restOf, STOPS } from "../story";
import { Gif, GifPalette } from "./gif";
import { type Reel, still } from "./still";

const SIZE = { width: 480, height: 338 };
const RATE = 10; // pictures a second
const LAST = 200; // hundredths of a second for which the last picture stays

/**
 * @param tell how far it has come, 0 to 1
 * @throws Error if it is aborted or the browser fails
 */
export async function animation(reel: Reel, tell: (done: number) => void, stop: AbortSignal): Promise<Blob> {
  const canvas = Object.assign(document.createElement("canvas"), SIZE);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("no canvas");
  const pixelsAt = (t: number) => {
    still(context, reel, t);
    return context.getImageData(0, 0, SIZE.width, SIZE.height).data;
  };
  const palette = new GifPalette(STOPS.map((_, index) => pixelsAt(restOf(index))));
  const gif = new Gif(SIZE.width, SIZE.height, palette);
  const count = Math.round(LENGTH * RATE);
  for (let index = 0; index <= count; index++) {
    stop.throwIfAborted();
    gif.add(pixelsAt(index / RATE), index === count ? LAST : 100 / RATE);
    tell(index / count);
    await new Promise((resolve) => setTimeout(resolve)); // the page stays usable
  }
  return gif.end();
}
