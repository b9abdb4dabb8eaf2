/** Numbers at half precision (IEEE 754 binary16: a sign, 5 bits of exponent, 10 bits of fraction). */

/** For each upper byte, the upper bits of the number at single precision: sign, exponent and two bits of the fraction. */
const UPPER = Int32Array.from(
  { length: 256 },
  (_, high) => ((high & 128) << 24) | ((((high >> 2) & 31) + 112) << 23) | ((high & 3) << 21),
);

/** The values of halves, given their upper and their lower bytes. */
export function fromHalf(upper: Uint8Array, lower: Uint8Array): Float32Array {
  const values = new Float32Array(upper.length);
  const bits = new Int32Array(values.buffer);
  for (let index = 0; index < upper.length; index++) {
    const high = upper[index] as number;
    const low = lower[index] as number;
    if (high & 124) bits[index] = (UPPER[high] as number) | (low << 13);
    else values[index] = (((high & 3) << 8) | low) * 2 ** -24 * (high & 128 ? -1 : 1);
  }
  return values;
}

/**
 * The nearest half of a number, as 16 bits; of two equally near, the even one.
 *
 * @throws RangeError if it is too large for one
 */
export function toHalf(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (!(size < 65520)) throw new RangeError(`${value} is no number at half precision`);
  // between two powers of 2, halves are 2 ** -10 of the lower one apart; below 2 ** -14, as far as just above it
  const exponent = Math.max(Math.floor(Math.log2(size || 1e-9)), -14);
  const steps = evenly(size * 2 ** (10 - exponent));
  return sign + (exponent + 14) * 1024 + steps;
}

function evenly(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below;
}
