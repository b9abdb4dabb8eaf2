/** What programs that use the package see. */
import type { Reading as Answered, Digit as AnsweredDigit, NumberLine } from "../src/generated/shapes.js";

/** A picture whose file has been decoded: bytes from 0 to 255, row by row, one (grey), three (RGB) or four (RGBA) a pixel. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array | Uint8ClampedArray;
}

/** Something of the browser's, where its types are known; never elsewhere. */
type Of<Name extends string> =
  typeof globalThis extends Record<Name, { prototype: infer Instance }> ? Instance : never;

/** The browser's own pictures; files (`Blob`) are turned as EXIF says. */
export type BrowserPicture =
  | Of<"Blob">
  | Of<"ImageBitmap">
  | Of<"HTMLImageElement">
  | Of<"HTMLCanvasElement">
  | Of<"OffscreenCanvas">;

export type Picture = Pixels | BrowserPicture;
export type Language = "en" | "zh";
export type Model = "default" | "tiny" | "softmax";

/** A text, or a URL, whose type not every program knows. */
export type Address = string | { readonly href: string };

export interface LoadOptions {
  /** "default" reads whole numbers and knows what is no digit; "tiny" and "softmax" are for single digits. */
  readonly model?: Model;
  /** The language of messages; English if omitted. */
  readonly language?: Language;
  /** The address of the folder of the models, if they do not lie beside the package's modules. */
  readonly models?: Address;
}

export interface ReadOptions {
  /** The language of this message. */
  readonly language?: Language;
  /** Whether each digit has `image`: 28x28, ink 255, as the network saw it. */
  readonly images?: boolean;
}

export type { NumberLine };

export type Digit = Omit<AnsweredDigit, "counted">;

/** The fields of `Reading` in the HTTP API. */
export interface Reading extends Omit<Answered, "source" | "digits" | "lines" | "size"> {
  /** Its numbers, one a line: rows from top to bottom, each from left to right. */
  lines: NumberLine[];
  digits: Digit[];
  /** Width and height of the upright picture, to which all boxes (x, y, width, height) refer. */
  size: [number, number];
}

export interface Reader {
  /**
   * Read the number in a picture.
   *
   * @throws PictureError, OptionError; ClosedError after `close`
   */
  read(picture: Picture, options?: ReadOptions): Promise<Reading>;
  /** Give back what the reader holds; readings that are not finished fail with a ClosedError. */
  close(): void;
}
