/** The bytes of a network in a QR code, as docs/how-to/choose-a-model.md describes them; every field is checked. */
import { crc32 } from "../../hand/npz";
import { fromHalf, toHalf } from "../../runtime/half";
import { type Bytes, joined } from "../../shared/files";
import { type Layer, SHAPES } from "./network";

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
const BASE = ALPHABET.length;

/** Bytes as the 45 characters that a QR code holds in 5.5 bits each (RFC 9285). */
export function encode(content: Uint8Array): string {
  let text = "";
  for (let start = 0; start < content.length; start += 2) {
    const pair = content.subarray(start, start + 2);
    let value = pair.reduce((sum, byte) => sum * 256 + byte, 0);
    for (let left = pair.length + 1; left > 0; left--) {
      text += ALPHABET[value % BASE];
      value = Math.floor(value / BASE);
    }
  }
  return text;
}

/** @returns null if the text is not what `encode` writes */
export function decode(text: string): Bytes | null {
  const content: number[] = [];
  for (let start = 0; start < text.length; start += 3) {
    const digits = [...text.slice(start, start + 3)].map((character) => ALPHABET.indexOf(character));
    const value = digits.reduceRight((sum, digit) => sum * BASE + digit, 0);
    const size = digits.length - 1;
    if (size === 0 || digits.includes(-1) || value >= 256 ** size) return null;
    if (size === 2) content.push(value >> 8);
    content.push(value & 255);
  }
  return Uint8Array.from(content);
}

const FORMAT = 1;
const MAX_NAME = 40; // bytes of UTF-8
/** The bytes of a network in a QR code, as docs/how-to/choose-a-model.md describes them; every field is checked. */
export const MAX_DIGITS = 10;
/** The height and width of a digit in a code. */
const SIDE = 14;

const MAGIC = [0x53, 0x5a];
const OF_TINY = 1;
const HEAD = 8;
const IMAGE = Math.ceil(SIDE ** 2 / 8);
const CHANNELS = SHAPES.reduce((sum, [channels]) => sum + channels, 0);
const WEIGHTS = SHAPES.reduce((sum, [channels, count]) => sum + channels * count, 0);
const INK = 96; // mean of four pixels: a thin stroke does not break
const HIDDEN = /\p{C}|(?! )\p{Z}/u;

/** A digit of 14x14 pixels: 1 for ink. */
export interface SmallDigit {
  label: number;
  image: Uint8Array;
}

/** The content of a QR code. */
export interface PaperNetwork {
  layers: Layer[];
  name: string;
  digits: SmallDigit[];
}

/** The reason why a code holds no network. */
export type Fault = "foreign" | "format" | "damaged";

export function isName(name: string): boolean {
  return new TextEncoder().encode(name).length <= MAX_NAME && !HIDDEN.test(name);
}

export function packed({ layers, name, digits }: PaperNetwork): Uint8Array {
  const called = new TextEncoder().encode(name);
  const numbers = [...layers.flatMap(({ scale }) => [...scale]), ...layers.flatMap(({ bias }) => [...bias])];
  const weights = layers.flatMap((layer) => [...layer.weights]);
  const body = joined([
    Uint8Array.of(called.length),
    called,
    Uint8Array.of(digits.length),
    ...digits.flatMap(({ label, image }) => [Uint8Array.of(label), bitsOf(image)]),
    new Uint8Array(Uint16Array.from(numbers, toHalf).buffer),
    Uint8Array.from({ length: weights.length / 2 }, (_, pair) =>
      nibbles(weights[2 * pair], weights[2 * pair + 1]),
    ),
  ]);
  const head = new Uint8Array(HEAD);
  head.set([...MAGIC, FORMAT, OF_TINY]);
  new DataView(head.buffer).setUint32(MAGIC.length + 2, crc32(body));
  return joined([head, body]);
}

export function unpacked(content: Bytes): PaperNetwork | Fault {
  if (content.length < HEAD || MAGIC.some((byte, index) => content[index] !== byte)) return "foreign";
  if (content[2] !== FORMAT || content[3] !== OF_TINY) return "format";
  const body = content.subarray(HEAD);
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  if (view.getUint32(MAGIC.length + 2) !== crc32(body)) return "damaged";
  let position = 0;
  const take = (size: number) => {
    position += size;
    return body.subarray(position - size, position);
  };
  const name = nameIn(take(take(1)[0] ?? 0));
  const count = take(1)[0] ?? 0;
  const digits = Array.from({ length: Math.min(count, MAX_DIGITS) }, () => digitIn(take(1 + IMAGE)));
  const numbers = take(4 * CHANNELS);
  const halves = take(WEIGHTS / 2);
  const values = fromHalf(
    numbers.filter((_, index) => index % 2),
    numbers.filter((_, index) => index % 2 === 0),
  );
  const isWhole = position === body.length && count <= MAX_DIGITS && name !== null;
  const isSound = digits.every((digit) => digit !== null) && values.every(Number.isFinite);
  if (!isWhole || !isSound) return "damaged";
  return { layers: layersIn(halves, values), name, digits: digits as SmallDigit[] };
}

function layersIn(halves: Uint8Array, numbers: Float32Array): Layer[] {
  const weights = new Int8Array(2 * halves.length);
  for (const [index, byte] of halves.entries())
    weights.set([signed(byte >> 4), signed(byte & 15)], 2 * index);
  let [channel, weight] = [0, 0];
  return SHAPES.map(([channels, count]) => {
    const layer = {
      weights: weights.subarray(weight, weight + channels * count),
      scale: numbers.slice(channel, channel + channels),
      bias: numbers.slice(CHANNELS + channel, CHANNELS + channel + channels),
    };
    channel += channels;
    weight += channels * count;
    return layer;
  });
}

function nameIn(bytes: Uint8Array): string | null {
  try {
    const name = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return isName(name) ? name : null;
  } catch {
    return null;
  }
}

function digitIn(bytes: Uint8Array): SmallDigit | null {
  const bits = Array.from(
    { length: 8 * IMAGE },
    (_, index) => ((bytes[1 + (index >> 3)] ?? 0) >> (7 - (index & 7))) & 1,
  );
  const label = bytes[0] ?? 10;
  if (label > 9 || bits.slice(SIDE ** 2).includes(1)) return null;
  return { label, image: Uint8Array.from(bits.slice(0, SIDE ** 2)) };
}

function bitsOf(image: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(IMAGE);
  for (const [index, ink] of image.entries())
    if (ink) bytes[index >> 3] = (bytes[index >> 3] ?? 0) | (128 >> (index & 7));
  return bytes;
}

function nibbles(upper = 0, lower = 0): number {
  return ((upper & 15) << 4) | (lower & 15);
}

function signed(nibble: number): number {
  return nibble > 7 ? nibble - 16 : nibble;
}

/** Halve a digit of 28x28 pixels, and keep only which pixels have ink. */
export function shrunk(image: Uint8Array): Uint8Array {
  return Uint8Array.from({ length: SIDE ** 2 }, (_, index) => {
    const at = 4 * SIDE * Math.floor(index / SIDE) + 2 * (index % SIDE);
    const sum = [0, 1, 2 * SIDE, 2 * SIDE + 1].reduce((ink, offset) => ink + (image[at + offset] ?? 0), 0);
    return sum >= 4 * INK ? 1 : 0;
  });
}

/** A small digit at 28x28 pixels again, 0 or 255. */
export function doubled({ image }: SmallDigit): Uint8Array {
  return Uint8Array.from({ length: (2 * SIDE) ** 2 }, (_, index) => {
    const [row, column] = [Math.floor(index / SIDE / 4), Math.floor((index % (2 * SIDE)) / 2)];
    return 255 * (image[row * SIDE + column] ?? 0);
  });
}

/** The prefix of the text in shuzi's codes. */
export const PREFIX = "SHUZI:";
