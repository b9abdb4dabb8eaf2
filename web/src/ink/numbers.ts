/** Rounding and quantiles as NumPy and OpenCV define them. */

/** The nearest whole number; of two equally near, the even one. */
export function rounded(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 !== 0) ? below + 1 : below;
}

/** A level from 0 to 255. */
export function level(value: number): number {
  return Math.min(Math.max(rounded(value), 0), 255);
}

/** The value below which a fraction of the values lies, interpolated between neighbours; NaN if there are none. */
export function quantile(values: ArrayLike<number>, fraction: number): number {
  const sorted = Float64Array.from(values).sort();
  return between((index) => sorted[index] ?? Number.NaN, sorted.length, fraction);
}

export function median(values: ArrayLike<number>): number {
  return quantile(values, 0.5);
}

/** The same of levels, given how many there are of each. */
export function quantileOf(counts: Uint32Array, fraction: number): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const valueAt = (index: number) => {
    let seen = 0;
    return counts.findIndex((count) => {
      seen += count;
      return seen > index;
    });
  };
  return total ? between(valueAt, total, fraction) : Number.NaN;
}

function between(valueAt: (index: number) => number, count: number, fraction: number): number {
  const index = fraction * (count - 1);
  const below = Math.floor(index);
  const low = valueAt(below);
  return low + (valueAt(Math.min(below + 1, count - 1)) - low) * (index - below);
}

/** The value of a curve through points, straight between them and level beyond. */
export function interpolated(x: number, xs: readonly number[], ys: readonly number[]): number {
  const next = xs.findIndex((knot) => knot > x);
  if (next === 0) return ys[0] ?? Number.NaN;
  if (next < 0) return ys.at(-1) ?? Number.NaN;
  const [x0 = 0, x1 = 0, y0 = 0, y1 = 0] = [xs[next - 1], xs[next], ys[next - 1], ys[next]];
  return y0 + ((y1 - y0) * (x - x0)) / (x1 - x0);
}

/** The position of the largest value, the first of several; another than `except`. */
export function largestAt(values: ArrayLike<number>, except = -1): number {
  let best = except === 0 ? 1 : 0;
  for (let index = 1; index < values.length; index++)
    if (index !== except && (values[index] as number) > (values[best] as number)) best = index;
  return best;
}

/** The largest magnitude, above 0. */
export function largestMagnitude(values: ArrayLike<number>): number {
  let most = 1e-12;
  for (let index = 0; index < values.length; index++) {
    const size = Math.abs(values[index] ?? 0);
    if (size > most) most = size;
  }
  return most;
}
