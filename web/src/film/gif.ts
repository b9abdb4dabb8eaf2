/** Writes animated GIFs: with one palette, and only the changes of each picture. */

const TRANSPARENT = 255;
const BITS = 8; // of a code at first: as many as a pixel has
const MAX_CODES = 4096;
const SHADES = 5; // bits of each channel by which colours are told apart

/** Up to 255 colours, the most frequent of some pictures. */
export class GifPalette {
  readonly #colours: number[];
  readonly #nearest = new Int16Array(1 << (3 * SHADES)).fill(-1);

  /** @param pictures RGBA, 4 bytes a pixel */
  constructor(pictures: readonly Uint8ClampedArray[]) {
    const counts = new Map<number, number>();
    for (const pixels of pictures)
      for (let at = 0; at < pixels.length; at += 4) {
        const colour = shadeAt(pixels, at);
        counts.set(colour, (counts.get(colour) ?? 0) + 1);
      }
    const frequent = Array.from(counts).sort(([, a], [, b]) => b - a);
    this.#colours = frequent.slice(0, TRANSPARENT).map(([colour]) => colour);
  }

  /** 256 colours of three bytes. */
  get bytes(): number[] {
    const bytes = this.#colours.flatMap((colour) => channelsOf(colour).map(widened));
    return [...bytes, ...Array<number>(3 * 256 - bytes.length).fill(0)];
  }

  /** The index of the nearest colour for each pixel. */
  indicesOf(pixels: Uint8ClampedArray): Uint8Array {
    const indices = new Uint8Array(pixels.length / 4);
    for (let index = 0; index < indices.length; index++) {
      const shade = shadeAt(pixels, 4 * index);
      let nearest = this.#nearest[shade] as number;
      if (nearest < 0) {
        nearest = this.#search(shade);
        this.#nearest[shade] = nearest;
      }
      indices[index] = nearest;
    }
    return indices;
  }

  #search(shade: number): number {
    const wanted = channelsOf(shade);
    const away = (colour: number) =>
      channelsOf(colour).reduce((sum, value, channel) => sum + (value - (wanted[channel] ?? 0)) ** 2, 0);
    const distances = this.#colours.map(away);
    return distances.indexOf(Math.min(...distances));
  }
}

function shadeAt(pixels: Uint8ClampedArray, at: number): number {
  const part = (channel: number) => (pixels[at + channel] as number) >> (8 - SHADES);
  return (part(0) << (2 * SHADES)) | (part(1) << SHADES) | part(2);
}

function channelsOf(shade: number): number[] {
  const mask = (1 << SHADES) - 1;
  return [shade >> (2 * SHADES), (shade >> SHADES) & mask, shade & mask];
}

function widened(value: number): number {
  return Math.round((value * 255) / ((1 << SHADES) - 1));
}

export class Gif {
  readonly #parts: Uint8Array<ArrayBuffer>[] = [];
  #before: Uint8Array | null = null;

  constructor(
    private readonly width: number,
    private readonly height: number,
    private readonly palette: GifPalette,
  ) {
    this.#add([...letters("GIF89a"), ...pair(width), ...pair(height), 0b11110111, 0, 0, ...palette.bytes]);
    this.#add([0x21, 0xff, 11, ...letters("NETSCAPE2.0"), 3, 1, 0, 0, 0]); // begins again at its end
  }

  /** @param hundredths of a second for which it stays */
  add(pixels: Uint8ClampedArray, hundredths: number): void {
    const indices = this.palette.indicesOf(pixels);
    const before = this.#before;
    const changed = before
      ? indices.map((value, at) => (value === before[at] ? TRANSPARENT : value))
      : indices;
    this.#before = indices;
    this.#add([0x21, 0xf9, 4, before ? 0b101 : 0b100, ...pair(hundredths), TRANSPARENT, 0]);
    this.#add([0x2c, 0, 0, 0, 0, ...pair(this.width), ...pair(this.height), 0, BITS]);
    this.#addBlocks(compressed(changed));
  }

  end(): Blob {
    return new Blob([...this.#parts, Uint8Array.of(0x3b)], { type: "image/gif" });
  }

  #add(bytes: readonly number[]): void {
    this.#parts.push(Uint8Array.from(bytes));
  }

  #addBlocks(bytes: Uint8Array<ArrayBuffer>): void {
    for (let at = 0; at < bytes.length; at += 255) {
      const block = bytes.slice(at, at + 255);
      this.#parts.push(Uint8Array.of(block.length), block);
    }
    this.#parts.push(Uint8Array.of(0));
  }
}

function letters(text: string): number[] {
  return Array.from(text, (letter) => letter.charCodeAt(0));
}

function pair(value: number): number[] {
  return [value & 255, value >> 8];
}

/** LZW as in GIF: codes grow from 9 to 12 bits, and the table is reset when it is full. */
function compressed(indices: Uint8Array): Uint8Array<ArrayBuffer> {
  const [clear, end] = [1 << BITS, (1 << BITS) + 1];
  const bytes: number[] = [];
  let [held, bits, width, next] = [0, 0, BITS + 1, end + 1];
  let table = new Map<number, number>();
  const write = (code: number) => {
    held |= code << bits;
    bits += width;
    for (; bits >= 8; bits -= 8, held >>>= 8) bytes.push(held & 255);
  };
  write(clear);
  let prefix = indices[0] ?? 0;
  for (let at = 1; at < indices.length; at++) {
    const value = indices[at] as number;
    const key = (prefix << BITS) | value;
    const code = table.get(key);
    if (code !== undefined) {
      prefix = code;
      continue;
    }
    write(prefix);
    prefix = value;
    if (next === MAX_CODES) {
      write(clear);
      table = new Map();
      [width, next] = [BITS + 1, end + 1];
      continue;
    }
    // a decoder is one entry behind, so a code may need its new width only after this one
    if (next === 1 << width) width += 1;
    table.set(key, next++);
  }
  write(prefix);
  write(end);
  if (bits > 0) bytes.push(held & 255);
  return Uint8Array.from(bytes);
}
