/** The loops do what their descriptions say, whatever the size: the fixtures have only sizes that occur. */
import { describe, expect, test } from "vitest";
import { labelled } from "../components";
import type { Grey } from "../picture";
import { shrunk, stretchedToLevels } from "../resize";
import { brightness, byTable, counts, darkerThan, sumsOfSquares, total } from "./loops";

const SIZES = [
  [1, 1],
  [2, 1],
  [1, 5],
  [3, 2],
  [15, 4],
  [16, 3],
  [17, 33],
  [130, 61],
] as const;

/** A random picture with few levels, so that neighbours are alike. */
function picture(width: number, height: number, seed: number): Grey {
  let state = seed;
  const pixels = Uint8Array.from({ length: width * height }, () => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return [0, 0, 0, 7, 90, 200, 255][(state >> 16) % 7] as number;
  });
  return { width, height, pixels };
}

describe.each(SIZES)("of %i by %i pixels", (width, height) => {
  const grey = picture(width, height, width + 31 * height);
  const second = picture(width, height, 5);
  const plain = [...grey.pixels];

  test("levels are counted, changed, subtracted and added up", () => {
    const histogram = counts(grey);
    expect([...histogram]).toEqual(
      Array.from({ length: 256 }, (_, level) => plain.filter((value) => value === level).length),
    );
    const table = Uint8Array.from({ length: 256 }, (_, level) => (level * 37 + 5) % 256);
    expect([...byTable(grey, table).pixels]).toEqual(plain.map((value) => table[value]));
    const differences = plain.map((value, index) => Math.max((second.pixels[index] as number) - value, 0));
    const darker = darkerThan(second, grey, (of) => {
      expect(of[0]).toBe(differences.filter((value) => value === 0).length);
      return table;
    });
    expect([...darker.pixels]).toEqual(differences.map((value) => table[value]));
    expect(total(grey, null)).toBe(plain.reduce((sum, value) => sum + value, 0));
    expect(total(grey, 90)).toBe(plain.filter((value) => value >= 90).length);
  });

  test("brightness rounds as Pillow does", () => {
    const colours = new Uint8ClampedArray(4 * plain.length);
    colours.forEach((_, index) => {
      colours[index] = (index * 97) % 256;
    });
    const expected = plain.map((_, index) => {
      const [red, green, blue] = colours.subarray(4 * index) as unknown as [number, number, number];
      return (red * 19595 + green * 38470 + blue * 7471 + 32768) >> 16;
    });
    expect([...brightness(colours)]).toEqual(expected);
  });

  test("squares of nine are mirrored at the edge", () => {
    const mirrored = (index: number, side: number) =>
      side === 1 ? 0 : index < 0 ? 1 : index < side ? index : side - 2;
    const expected = new Int32Array(9 * 255 + 1);
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        let sum = 0;
        for (const down of [-1, 0, 1])
          for (const across of [-1, 0, 1])
            sum += plain[mirrored(y + down, height) * width + mirrored(x + across, width)] as number;
        expected[sum] = (expected[sum] as number) + 1;
      }
    expect([...sumsOfSquares(grey)]).toEqual([...expected]);
  });

  test("what touches is one component", () => {
    const { labels, components } = labelled(grey, 90);
    const inked = plain.map((value) => value >= 90);
    expect([...labels].map((label) => label > 0)).toEqual(inked);
    const seen = new Array<number>(plain.length).fill(0);
    const areas: number[] = [];
    inked.forEach((isInk, start) => {
      if (!isInk || seen[start]) return;
      const [own, waiting] = [labels[start] as number, [start]];
      seen[start] = own;
      let area = 0;
      for (let index = waiting.pop(); index !== undefined; index = waiting.pop()) {
        area++;
        expect(labels[index]).toBe(own);
        for (const down of [-1, 0, 1])
          for (const across of [-1, 0, 1]) {
            const [x, y] = [(index % width) + across, Math.floor(index / width) + down];
            const next = y * width + x;
            if (x < 0 || y < 0 || x >= width || y >= height || !inked[next] || seen[next]) continue;
            seen[next] = own;
            waiting.push(next);
          }
      }
      areas[own - 1] = area;
    });
    expect(components.map(({ area }) => area)).toEqual(areas);
  });

  test("an even surface stays even, smaller or larger", () => {
    const even = { width, height, pixels: new Uint8Array(plain.length).fill(77) };
    const small = shrunk(even, Math.ceil(width / 3), Math.ceil(height / 3));
    expect(new Set(small.pixels)).toEqual(new Set([77]));
    const large = stretchedToLevels(
      { width, height, pixels: new Float32Array(plain.length).fill(76.6) },
      50,
      19,
    );
    expect(new Set(large.pixels)).toEqual(new Set([77]));
  });
});
