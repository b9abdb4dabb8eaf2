import { expect, test } from "vitest";
import { boundsOf, type Stroke } from "../../write/sheet/sheet";
import { digits } from "./examples";
import { inkRead, inkWritten, strokesRead, strokesWritten } from "./ink";

test("an image comes back from its text, to within half a shade", () => {
  const image = Uint8Array.from({ length: 784 }, (_, index) => (index * 37) % 256);
  const text = inkWritten(image);
  const again = inkRead(text) ?? new Uint8Array();
  expect(again).toHaveLength(784);
  image.forEach((value, index) => {
    expect(Math.abs(value - (again[index] ?? 999))).toBeLessThanOrEqual(8);
  });
  expect(inkWritten(again)).toBe(text);
});

test("handwriting is short", () => {
  for (const { values } of digits) {
    const text = inkWritten(values);
    expect(text).toMatch(/^[\w-]{1,270}$/);
    const shades = Array.from(values, (value) => Math.round(value / 17) * 17);
    expect([...(inkRead(text) ?? [])]).toEqual(shades);
  }
});

test("an empty image comes back", () => {
  expect(inkRead(inkWritten(new Uint8Array(784)))).toEqual(new Uint8Array(784));
});

test.each(["", "abc", "!".repeat(523), "A".repeat(524)])("%j is no image", (text) => {
  expect(inkRead(text)).toBe(null);
});

/** A spiral and a line beside it, as a pen would report them. */
const spiral = Array.from({ length: 400 }, (_, index) => {
  const [turn, reach] = [index / 40, 20 + index / 4];
  return { x: 300 + reach * Math.cos(turn), y: 200 + reach * Math.sin(turn), width: 12 };
});
const line = Array.from({ length: 60 }, (_, index) => ({ x: 450, y: 100 + 3 * index, width: 12 }));

/** How far the points are from those of other strokes, at most, as a fraction of the whole. */
function farthest(strokes: readonly Stroke[], others: readonly Stroke[]): number {
  const normal = (all: readonly Stroke[]) => {
    const box = boundsOf(all) ?? { x: 0, y: 0, width: 1, height: 1 };
    const side = Math.max(box.width, box.height);
    return all.map((stroke) => stroke.map(({ x, y }) => [(x - box.x) / side, (y - box.y) / side] as const));
  };
  const [own, there] = [normal(strokes), normal(others)];
  const segments = there.flatMap((stroke) =>
    stroke.slice(1).map((to, index) => [stroke[index] ?? to, to] as const),
  );
  return Math.max(
    ...own.flat().map(([x, y]) =>
      Math.min(
        ...segments.map(([[left, top], [right, bottom]]) => {
          const [across, down] = [right - left, bottom - top];
          const square = across ** 2 + down ** 2 || 1;
          const along = Math.min(Math.max(((x - left) * across + (y - top) * down) / square, 0), 1);
          return Math.hypot(x - left - along * across, y - top - along * down);
        }),
      ),
    ),
  );
}

test("strokes come back within a hundredth or two of their size, from a short text", () => {
  const text = strokesWritten([spiral, line]);
  expect(text).toMatch(/^[\w-]{1,268}$/);
  const back = strokesRead(text) ?? [];
  expect(back.length).toBe(2);
  expect(farthest([spiral, line], back)).toBeLessThan(0.02);
  const box = boundsOf([spiral, line]);
  const pen = 12 / Math.max(box?.width ?? 1, box?.height ?? 1);
  expect((back[0]?.[0]?.width ?? 0) / 255).toBeCloseTo(pen, 2);
});

test("strokes are coarser where the image beside them takes much of the address", () => {
  for (const [beside, most] of [
    [0, 268],
    [260, 120],
    [523, 80],
  ] as const) {
    const text = strokesWritten([spiral, line], beside);
    expect(text.length).toBeLessThanOrEqual(most);
    expect(strokesRead(text)?.length).toBe(2);
  }
});

test("a dot is a stroke of one point", () => {
  const back = strokesRead(strokesWritten([[{ x: 40, y: 40, width: 20 }]]));
  expect(back).toEqual([[{ x: 128, y: 128, width: 255 }]]);
});

test.each(["", "A", "AA", "_w_____", "....", "z".repeat(500)])("%j holds no strokes", (text) => {
  expect(strokesRead(text)).toBe(null);
});
