/** A quadratic surface is fitted to some of the pixels of a picture. */
import { type Plane, plane } from "../picture";

const TERMS = 6;
const ROUNDS = 30;

/** The surface, at every pixel, that is nearest to the known pixels. */
export function surfaceThrough({ width, height, pixels }: Plane, isKnown: Uint8Array): Plane {
  const longer = Math.max(width, height);
  // the normal equations, which are small
  const [products, sums] = [new Float64Array(TERMS ** 2), new Float64Array(TERMS)];
  const terms = new Float64Array(TERMS).fill(1);
  const look = (index: number) => {
    const x = (index % width) / longer;
    const y = Math.floor(index / width) / longer;
    terms[1] = x;
    terms[2] = y;
    terms[3] = x * x;
    terms[4] = x * y;
    terms[5] = y * y;
  };
  for (let index = 0; index < pixels.length; index++) {
    if (!isKnown[index]) continue;
    look(index);
    for (let row = 0; row < TERMS; row++) {
      const factor = terms[row] as number;
      for (let column = 0; column < TERMS; column++)
        products[row * TERMS + column] =
          (products[row * TERMS + column] as number) + factor * (terms[column] as number);
      sums[row] = (sums[row] as number) + factor * (pixels[index] as number);
    }
  }
  const factors = leastSquares(products, sums);
  const surface = plane(width, height);
  for (let index = 0; index < pixels.length; index++) {
    look(index);
    let sum = 0;
    for (let term = 0; term < TERMS; term++) sum += (terms[term] as number) * (factors[term] as number);
    surface.pixels[index] = sum;
  }
  return surface;
}

/**
 * The smallest solution of symmetric equations, by their eigenvectors (Jacobi, 1846); where the known pixels do not
 * determine a term, there are many.
 */
function leastSquares(matrix: Float64Array, sums: Float64Array): Float64Array {
  const vectors = Float64Array.from({ length: TERMS ** 2 }, (_, index) => +(index % (TERMS + 1) === 0));
  const at = (row: number, column: number) => matrix[row * TERMS + column] as number;
  for (let round = 0; round < ROUNDS; round++)
    for (let p = 0; p < TERMS; p++)
      for (let q = p + 1; q < TERMS; q++) {
        if (at(p, q) === 0) continue;
        const angle = Math.atan2(2 * at(p, q), at(q, q) - at(p, p)) / 2;
        const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
        turn(matrix, p, q, TERMS, cos, sin);
        turn(matrix, p * TERMS, q * TERMS, 1, cos, sin);
        turn(vectors, p, q, TERMS, cos, sin);
      }
  const values = Array.from({ length: TERMS }, (_, index) => at(index, index));
  const largest = Math.max(...values.map(Math.abs));
  const result = new Float64Array(TERMS);
  values.forEach((value, k) => {
    if (Math.abs(value) <= TERMS * Number.EPSILON * largest) return;
    const along =
      sums.reduce((sum, entry, row) => sum + entry * (vectors[row * TERMS + k] as number), 0) / value;
    for (let row = 0; row < TERMS; row++)
      result[row] = (result[row] as number) + along * (vectors[row * TERMS + k] as number);
  });
  return result;
}

/** Turn two lines of a square matrix into each other; `step` leads from one number of a line to the next. */
function turn(of: Float64Array, first: number, second: number, step: number, cos: number, sin: number): void {
  for (let k = 0; k < TERMS * step; k += step) {
    const a = of[first + k] as number;
    const b = of[second + k] as number;
    of[first + k] = cos * a - sin * b;
    of[second + k] = sin * a + cos * b;
  }
}
