/** A quadratic surface is fitted to some of the pixels of a picture. */
import { type Plane, plane } from "./picture";

const TERMS = 6;

/** The surface, at every pixel, that is nearest to the known pixels. */
export function surfaceThrough(image: Plane, isKnown: Uint8Array): Plane {
  const { width, height, pixels } = image;
  const longer = Math.max(width, height);
  const terms = (x: number, y: number) => [1, x, y, x * x, x * y, y * y];
  // the normal equations, which are small
  const products = Array.from({ length: TERMS }, () => new Float64Array(TERMS));
  const sums = new Float64Array(TERMS);
  isKnown.forEach((known, place) => {
    if (!known) return;
    const found = terms((place % width) / longer, Math.floor(place / width) / longer);
    found.forEach((one, row) => {
      const line = products[row] as Float64Array;
      found.forEach((other, column) => {
        line[column] = (line[column] as number) + one * other;
      });
      sums[row] = (sums[row] as number) + one * (pixels[place] as number);
    });
  });
  const factors = leastSquares(products, sums);
  const surface = plane(width, height);
  for (let place = 0; place < pixels.length; place++) {
    const found = terms((place % width) / longer, Math.floor(place / width) / longer);
    surface.pixels[place] = found.reduce((sum, each, term) => sum + each * (factors[term] as number), 0);
  }
  return surface;
}

/**
 * The smallest solution of symmetric equations, by their eigenvectors (Jacobi, 1846); where the known pixels do not
 * determine a term, there are many.
 */
function leastSquares(matrix: Float64Array[], sums: Float64Array): Float64Array {
  const vectors = Array.from({ length: TERMS }, (_, row) =>
    Float64Array.from({ length: TERMS }, (_, c) => +(c === row)),
  );
  const at = (of: Float64Array[], row: number, column: number) => (of[row] as Float64Array)[column] as number;
  const set = (of: Float64Array[], row: number, column: number, value: number) => {
    (of[row] as Float64Array)[column] = value;
  };
  for (let round = 0; round < 30; round++)
    for (let p = 0; p < TERMS; p++)
      for (let q = p + 1; q < TERMS; q++) {
        if (at(matrix, p, q) === 0) continue;
        const angle = Math.atan2(2 * at(matrix, p, q), at(matrix, q, q) - at(matrix, p, p)) / 2;
        const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
        const turn = (of: Float64Array[], a: [number, number], b: [number, number]) => {
          const [one, other] = [at(of, ...a), at(of, ...b)];
          set(of, ...a, cos * one - sin * other);
          set(of, ...b, sin * one + cos * other);
        };
        for (let k = 0; k < TERMS; k++) turn(matrix, [k, p], [k, q]);
        for (let k = 0; k < TERMS; k++) turn(matrix, [p, k], [q, k]);
        for (let k = 0; k < TERMS; k++) turn(vectors, [k, p], [k, q]);
      }
  const values = matrix.map((row, place) => row[place] as number);
  const largest = Math.max(...values.map(Math.abs));
  const result = new Float64Array(TERMS);
  values.forEach((value, k) => {
    if (Math.abs(value) <= TERMS * Number.EPSILON * largest) return;
    const along = sums.reduce((sum, each, row) => sum + each * at(vectors, row, k), 0) / value;
    for (let row = 0; row < TERMS; row++) result[row] = (result[row] as number) + along * at(vectors, row, k);
  });
  return result;
}
