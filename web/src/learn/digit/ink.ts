/** An image of 784 pixels becomes text for an address and back: 16 shades, two pixels in each byte. */
import { PIXELS } from "../../data/image";

const LENGTH = Math.ceil((PIXELS / 2 / 3) * 4); // of the text
const SHADES = 17; // 15 · 17 = 255

export function inkWritten(image: Uint8Array): string {
  const shade = (index: number) => Math.round((image[index] ?? 0) / SHADES);
  const packed = Uint8Array.from(
    { length: PIXELS / 2 },
    (_, pair) => shade(2 * pair) * 16 + shade(2 * pair + 1),
  );
  const text = btoa(String.fromCharCode(...packed));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Null if the text is not an image. */
export function inkRead(text: string): Uint8Array | null {
  if (text.length !== LENGTH || !/^[\w-]+$/.test(text)) return null;
  const packed = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from({ length: PIXELS }, (_, index) => {
    const pair = packed.charCodeAt(index >> 1);
    return (index % 2 ? pair % 16 : pair >> 4) * SHADES;
  });
}
