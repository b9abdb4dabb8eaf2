/**
 * An image of 784 pixels becomes text for an address and back, in 16 shades.
 *
 * Only what is around the ink is written: where it begins and how large it is (5 bits each), a bit for each of its
 * pixels that says whether there is ink, and 4 bits for each of those that have any.
 */
import { PIXELS } from "../../data/image";
import { addressTextOf, bytesOfAddressText } from "../../shared/files";

const SIDE = 28;
const HEAD = 20; // bits
const SHADES = 17; // 15 · 17 = 255

export function inkWritten(image: Uint8Array): string {
  const shades = Uint8Array.from({ length: PIXELS }, (_, index) => Math.round((image[index] ?? 0) / SHADES));
  return addressTextOf(packed(shades));
}

/** Null if the text is not an image. */
export function inkRead(text: string): Uint8Array | null {
  const bytes = bytesOfAddressText(text);
  const shades = bytes && unpacked(bytes);
  return shades ? shades.map((shade) => shade * SHADES) : null;
}

function packed(shades: Uint8Array): Uint8Array {
  const inked = [...shades.keys()].filter((index) => shades[index]);
  const [xs, ys] = [inked.map((index) => index % SIDE), inked.map((index) => Math.floor(index / SIDE))];
  const [x, y] = inked.length > 0 ? [Math.min(...xs), Math.min(...ys)] : [0, 0];
  const [width, height] = inked.length > 0 ? [Math.max(...xs) - x + 1, Math.max(...ys) - y + 1] : [0, 0];
  const part = within(x, y, width, height).map((index) => shades[index] ?? 0);
  const bits = [
    ...[x, y, width, height].flatMap((value) => bitsOf(value, HEAD / 4)),
    ...part.map((shade) => (shade ? 1 : 0)),
    ...part.filter(Boolean).flatMap((shade) => bitsOf(shade, 4)),
  ];
  const bytes = new Uint8Array(Math.ceil(bits.length / 8));
  bits.forEach((bit, index) => {
    bytes[index >> 3] = (bytes[index >> 3] as number) | (bit << (7 - (index % 8)));
  });
  return bytes;
}

function unpacked(bytes: Uint8Array): Uint8Array | null {
  const all = 8 * bytes.length;
  let at = 0;
  const next = (count: number) => {
    let value = 0;
    for (let left = count; left > 0; left--, at++)
      value = 2 * value + (((bytes[at >> 3] ?? 0) >> (7 - (at % 8))) & 1);
    return value;
  };
  const [x, y, width, height] = [next(5), next(5), next(5), next(5)] as [number, number, number, number];
  if (x + width > SIDE || y + height > SIDE || HEAD + width * height > all) return null;
  const inked = within(x, y, width, height).filter(() => next(1) === 1);
  const length = at + 4 * inked.length;
  // complete, with less than a byte to spare
  if (length > all || all - length >= 8) return null;
  const shades = new Uint8Array(PIXELS);
  for (const index of inked) shades[index] = next(4);
  return shades;
}

/** The pixels of a rectangle, row by row. */
function within(x: number, y: number, width: number, height: number): number[] {
  return Array.from(
    { length: width * height },
    (_, index) => (y + Math.floor(index / width)) * SIDE + x + (index % width),
  );
}

/** The largest first. */
function bitsOf(value: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => (value >> (count - 1 - index)) & 1);
}
