import { describe, expect, test } from "vitest";
import type { Rect } from "./geometry";
import { type Glyph, textOf } from "./glyphs";
import { type Patch, patched, patchOf, probabilitiesOf, type Said } from "./patches";

const box = (x: number, width = 40, y = 0): Rect => ({ x, y, width, height: 60 });
const read = (character: string, where: Rect, line = 0): Glyph => ({
  character,
  box: where,
  line,
  read: null,
  isMine: false,
});
const said = (character: string, where: Rect): Said => ({ character, box: where, seen: null, isMine: true });
const noInk = () => [];
const text = (glyphs: readonly Glyph[], ...patches: Patch[]) => textOf(patched(glyphs, patches, noInk));

const NUMBER = [read("1", box(0)), read("2", box(50)), read("3", box(100))];

describe("a correction", () => {
  test("changes one character, and says whose it is", () => {
    const patch = patchOf(NUMBER, [1], [said("7", box(50))], null);
    expect(text(NUMBER, patch)).toBe("173");
    expect(patched(NUMBER, [patch], noInk).map(({ isMine }) => isMine)).toEqual([false, true, false]);
  });

  test("splits, merges and deletes", () => {
    expect(text(NUMBER, patchOf(NUMBER, [1], [said("1", box(50, 18)), said("0", box(70, 20))], null))).toBe(
      "1103",
    );
    expect(text(NUMBER, patchOf(NUMBER, [0, 1], [said("4", box(0, 90))], null))).toBe("43");
    expect(text(NUMBER, patchOf(NUMBER, [2], [], null))).toBe("12");
  });

  test("of a correction holds too, the last one counts", () => {
    const first = patchOf(NUMBER, [1], [said("7", box(50))], null);
    const second = patchOf(patched(NUMBER, [first], noInk), [1], [said("9", box(50))], null);
    expect(text(NUMBER, first, second)).toBe("193");
    const gone = patchOf(patched(NUMBER, [first], noInk), [1], [], null);
    expect(text(NUMBER, first, gone)).toBe("13");
  });
});

describe("the same ink read again", () => {
  const patch = patchOf(NUMBER, [1], [said("7", box(50))], null);

  test("does not overwrite it, whatever is read there and in whatever pieces", () => {
    const pieces = [NUMBER[0], read("1", box(50, 18)), read("0", box(70, 20)), NUMBER[2]] as Glyph[];
    expect(text(pieces, patch)).toBe("173");
    expect(text([NUMBER[0], NUMBER[2]] as Glyph[], patch)).toBe("173");
    expect(text([], patch)).toBe("7");
    const shifted = [NUMBER[0], read("8", box(53, 38)), NUMBER[2]] as Glyph[];
    expect(text(shifted, patch)).toBe("173");
  });

  test("leaves a thin neighbour that reaches into its box alone", () => {
    const near = [read("7", box(0, 60)), read("1", box(45, 12))];
    const change = patchOf(near, [0], [said("2", box(0, 60))], null);
    expect(text(near, change)).toBe("21");
  });

  test("goes along when a line is written above", () => {
    const both = [read("5", box(0, 40, -100), 0), ...NUMBER.map((character) => ({ ...character, line: 1 }))];
    expect(text(both, patch)).toBe("5\n173");
  });
});

test("other ink in its place makes it void, and it counts again when that ink is gone", () => {
  let strokes = [0];
  const inkAt = () => strokes;
  const patch = patchOf(NUMBER, [1], [said("7", box(50))], inkAt);
  expect(textOf(patched(NUMBER, [patch], inkAt))).toBe("173");
  strokes = [0, 3];
  expect(textOf(patched(NUMBER, [patch], inkAt))).toBe("123");
  strokes = [0];
  expect(textOf(patched(NUMBER, [patch], inkAt))).toBe("173");
});

/** Seven with probability `own`, one with the rest. */
const seen = (own: number) => Array.from({ length: 10 }, (_, d) => (d === 7 ? own : d === 1 ? 1 - own : 0));
const sum = ({ digits, noDigit }: ReturnType<typeof probabilitiesOf>) =>
  digits.reduce((total, probability) => total + probability, noDigit);

test("what may be no digit leaves the rest to something else", () => {
  const shown = probabilitiesOf({ digit: 7, probability: 0.2, probabilities: seen(0.8) });
  expect(shown.digits[7]).toBeCloseTo(0.2, 10);
  expect(shown.digits[1]).toBeCloseTo(0.05, 10);
  expect(shown.noDigit).toBeCloseTo(0.75, 10);
});

test("where the line makes it surer, the others share what is left", () => {
  const shown = probabilitiesOf({ digit: 7, probability: 0.96, probabilities: seen(0.8) });
  expect(shown.digits[7]).toBe(0.96);
  expect(shown.digits[1]).toBeCloseTo(0.04, 10);
  expect(shown.noDigit).toBe(0);
});

test("where the line sees no digit, something else is the likeliest however sure the digit was", () => {
  const shown = probabilitiesOf({ digit: 7, probability: 0.99, probabilities: seen(0.99) }, 0.9);
  expect(shown.noDigit).toBeCloseTo(0.9, 10);
  expect(shown.digits[7]).toBeCloseTo(0.099, 10);
  expect(sum(shown)).toBeCloseTo(1, 10);
});

test("they make one, also at the ends", () => {
  for (const own of [0, 0.5, 1])
    for (const probability of [0, 0.5, 1]) {
      const shown = probabilitiesOf({ digit: 7, probability, probabilities: seen(own) });
      expect(shown.digits[7]).toBeCloseTo(probability, 10);
      expect(sum(shown)).toBeCloseTo(1, 10);
    }
});
