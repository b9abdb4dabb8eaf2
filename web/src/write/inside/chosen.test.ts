import { expect, test } from "vitest";
import type { Glyph } from "../glyphs";
import { digitDrawn, newestOnly } from "./chosen";

const glyph = (x: number, character = "1"): Glyph => ({
  character,
  line: 0,
  box: { x, y: 0, width: 10, height: 20 },
  read:
    character === "-"
      ? { mark: "-", probability: 1, box: [x, 0, 10, 20], alternatives: [] }
      : { digit: 1, probability: 1, probabilities: [], box: [x, 0, 10, 20], status: "ok" },
  isMine: false,
});
const glyphs = [glyph(0), glyph(20, "-"), glyph(40), glyph(60)];
const stroke = (...xs: number[]) => xs.map((x) => ({ x, y: 5 }));

test("the digit with most of the last stroke is drawn", () => {
  expect(digitDrawn(glyphs, null, stroke(2, 4, 42))).toBe(0);
  expect(digitDrawn(glyphs, null, stroke(2, 41, 42))).toBe(2);
});

test("without a stroke, or with one outside all digits, it is the last", () => {
  expect(digitDrawn(glyphs, null, [])).toBe(3);
  expect(digitDrawn(glyphs, null, stroke(25, 26))).toBe(3);
});

test("a selected digit comes first, a selected mark does not", () => {
  expect(digitDrawn(glyphs, 2, stroke(1))).toBe(2);
  expect(digitDrawn(glyphs, 1, stroke(1))).toBe(0);
  expect(digitDrawn([], 0, stroke(1))).toBe(null);
});

test("one at a time, and of what comes meanwhile only the newest", async () => {
  const [begun, ends]: [number[], (() => void)[]] = [[], []];
  let last = () => {};
  const isOver = new Promise<void>((resolve) => {
    last = resolve;
  });
  const look = newestOnly<number>(
    () => Promise.resolve(),
    async (asked) => {
      begun.push(asked);
      if (asked === 5) last();
      else await new Promise<void>((resolve) => ends.push(resolve));
    },
  );
  for (const asked of [1, 2]) look(asked);
  await Promise.resolve();
  for (const asked of [3, 4, 5]) look(asked);
  await Promise.resolve();
  expect(begun).toEqual([2]);
  ends[0]?.();
  await isOver;
  expect(begun).toEqual([2, 5]);
});

test("what fails stops nothing", async () => {
  const begun: string[] = [];
  let look = (_: string) => {};
  await new Promise<void>((resolve) => {
    look = newestOnly<string>(
      () => Promise.resolve(),
      async (asked) => {
        begun.push(asked);
        if (asked === "second") return resolve();
        look("second");
        throw new Error("no such model");
      },
    );
    look("first");
  });
  expect(begun).toEqual(["first", "second"]);
});
