/** Pictures: rows of pixels, one number each. */

export interface Picture<Pixels extends Uint8Array | Float32Array = Uint8Array> {
  readonly width: number;
  readonly height: number;
  readonly pixels: Pixels;
}

export type Grey = Picture<Uint8Array>;
/** A grey picture with its red, green and blue, if it has colours. */
export type Coloured = Grey & { readonly colours?: readonly Grey[] };
export type Plane = Picture<Float32Array>;

/** Some rows and columns of a picture: from the first of each to before the last. */
export interface Part {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

export function blank(width: number, height: number): Grey {
  return { width, height, pixels: new Uint8Array(width * height) };
}

export function plane(width: number, height: number): Plane {
  return { width, height, pixels: new Float32Array(width * height) };
}

export function asPlane({ width, height, pixels }: Grey): Plane {
  return { width, height, pixels: new Float32Array(pixels) };
}

/** The part of a picture that lies inside it; perhaps nothing. */
export function clipped({ width, height }: Picture<Uint8Array | Float32Array>, part: Part): Part {
  const top = Math.min(Math.max(part.top, 0), height);
  const left = Math.min(Math.max(part.left, 0), width);
  return {
    top,
    left,
    bottom: Math.max(top, Math.min(part.bottom, height)),
    right: Math.max(left, Math.min(part.right, width)),
  };
}

/** A copy of a part, without what lies outside. */
export function cropped(picture: Grey, part: Part): Grey {
  const { top, bottom, left, right } = clipped(picture, part);
  const grey = blank(right - left, bottom - top);
  for (let y = top; y < bottom; y++)
    grey.pixels.set(
      picture.pixels.subarray(y * picture.width + left, y * picture.width + right),
      (y - top) * grey.width,
    );
  return grey;
}

/** The smallest column, row, width and height around all pixels that are not 0; all 0 if there are none. */
export function bounds({ width, height, pixels }: Grey): [number, number, number, number] {
  let [left, right, top, bottom] = [width, -1, height, -1];
  for (let y = 0, index = 0; y < height; y++)
    for (let x = 0; x < width; x++, index++)
      if (pixels[index]) {
        left = Math.min(left, x);
        right = Math.max(right, x);
        top = Math.min(top, y);
        bottom = y;
      }
  return right < 0 ? [0, 0, 0, 0] : [left, top, right - left + 1, bottom - top + 1];
}
