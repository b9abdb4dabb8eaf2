/** Filters of pictures, each as OpenCV defines it. */
import { type Plane, plane } from "./picture";

/** How a picture continues beyond its edge: by repeating its outermost pixels, or mirrored at them or at the edge. */
type Border = "repeated" | "mirrored" | "reflected";

function inside(index: number, side: number, border: Border): number {
  if (border === "repeated" || side === 1) return Math.min(Math.max(index, 0), side - 1);
  const twice = border === "mirrored" ? 0 : 1; // how often the outermost pixel comes again
  const mirrored = (index < 0 ? -index - twice : index) % (2 * side - 2 + 2 * twice);
  return mirrored < side ? mirrored : 2 * side - 2 + twice - mirrored;
}

/** Average over a square of an odd side, by sums along rows and then along columns. */
export function blur(image: Plane, side: number, border: Border): Plane {
  return bothWays(image, border, side >> 1, (line, result, reach) => {
    let sum = 0;
    for (let index = 0; index < 2 * reach; index++) sum += line[index] as number;
    for (let index = 0; index < result.length; index++) {
      sum += line[index + 2 * reach] as number;
      result[index] = sum / (2 * reach + 1);
      sum -= line[index] as number;
    }
  });
}

/** Average by the weights of a normal distribution. */
export function gaussianBlur(image: Plane, deviation: number): Plane {
  const reach = Math.round(8 * deviation + 1) >> 1;
  const weights = Float64Array.from({ length: 2 * reach + 1 }, (_, index) =>
    Math.exp(-((index - reach) ** 2) / (2 * deviation ** 2)),
  );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return bothWays(image, "repeated", reach, (line, result) => {
    for (let index = 0; index < result.length; index++) {
      let sum = 0;
      for (let term = 0; term < weights.length; term++)
        sum += (weights[term] as number) * (line[index + term] as number);
      result[index] = sum / total;
    }
  });
}

/** Cover dark areas narrower than a square of an odd side: the largest values nearby, then the smallest. */
export function close(image: Plane, side: number): Plane {
  const extreme = (choose: (a: number, b: number) => number) => (from: Plane) =>
    bothWays(from, "repeated", side >> 1, (line, result, reach) => {
      // of two neighbouring windows, one of twice their length; of two that overlap, any length in between
      const whole = 2 * reach + 1;
      let window = 1;
      for (; 2 * window <= whole; window *= 2)
        for (let index = 0; index + window < line.length; index++)
          line[index] = choose(line[index] as number, line[index + window] as number);
      for (let index = 0; index < result.length; index++)
        result[index] = choose(line[index] as number, line[index + whole - window] as number);
    });
  return extreme(Math.min)(extreme(Math.max)(image));
}

type OneWay = (line: Float64Array, result: Float64Array, reach: number) => void;

/** Apply a filter of lines to each row, then to each column; lines are longer than results by `reach` at each end. */
function bothWays(image: Plane, border: Border, reach: number, filter: OneWay): Plane {
  const { width, height } = image;
  const across = lines(image.pixels, height, width, width, 1, border, reach, filter);
  return { width, height, pixels: lines(across, width, height, 1, width, border, reach, filter) };
}

function lines(
  pixels: Float32Array,
  count: number,
  length: number,
  next: number,
  step: number,
  border: Border,
  reach: number,
  filter: OneWay,
): Float32Array {
  const result = new Float32Array(pixels.length);
  const sources = Int32Array.from({ length: length + 2 * reach }, (_, index) =>
    inside(index - reach, length, border),
  );
  const [line, filtered] = [new Float64Array(sources.length), new Float64Array(length)];
  for (let lineIndex = 0; lineIndex < count; lineIndex++) {
    for (let index = 0; index < sources.length; index++)
      line[index] = pixels[lineIndex * next + (sources[index] as number) * step] as number;
    filter(line, filtered, reach);
    for (let index = 0; index < length; index++)
      result[lineIndex * next + index * step] = filtered[index] as number;
  }
  return result;
}

/** How steep a picture is at each pixel (Scharr's filter), in levels per pixel. */
export function gradients(image: Plane): Float32Array {
  const { width, height, pixels } = image;
  const steep = plane(width, height).pixels;
  for (let y = 0; y < height; y++) {
    const rows = [-1, 0, 1].map((shift) => inside(y + shift, height, "mirrored") * width);
    for (let x = 0; x < width; x++) {
      const [left, right] = [inside(x - 1, width, "mirrored"), inside(x + 1, width, "mirrored")];
      const at = (row: number, column: number) => pixels[(rows[row] as number) + column] as number;
      const across = [0, 1, 2].map((row) => at(row, right) - at(row, left));
      const down = [left, x, right].map((column) => at(2, column) - at(0, column));
      const weighed = ([before = 0, here = 0, after = 0]: number[]) =>
        (3 * before + 10 * here + 3 * after) / 32;
      steep[y * width + x] = Math.hypot(weighed(across), weighed(down));
    }
  }
  return steep;
}

/** The level that divides levels best into two groups, given how many there are of each (Otsu, 1979). */
export function otsu(counts: Uint32Array): number {
  const scale = 1 / counts.reduce((sum, count) => sum + count, 0);
  const mean = counts.reduce((sum, count, index) => sum + index * count, 0) * scale;
  const least = 1.1920929e-7;
  let [low, lowMean, best, threshold] = [0, 0, 0, 0];
  counts.forEach((count, index) => {
    const fraction = count * scale;
    lowMean *= low;
    low += fraction;
    const high = 1 - low;
    if (Math.min(low, high) < least || Math.max(low, high) > 1 - least) return;
    lowMean = (lowMean + index * fraction) / low;
    const highMean = (mean - low * lowMean) / high;
    const apart = low * high * (lowMean - highMean) ** 2;
    if (apart > best) [best, threshold] = [apart, index];
  });
  return threshold;
}
