/** Two numbers on one line are told from one as in Python: see `tests/reading/decide/test_wide_gaps.py`. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { boxOf } from "../src/ink/boxes";
import { blank, type Grey } from "../src/ink/picture";
import { partsOf } from "../src/reading/decide/doubts";
import { automatonOf } from "../src/reading/patterns/automaton";
import type { Digit, Mark } from "../src/reading/report/result";
import { exact, readerOf } from "./models";
import { readPng } from "./png";

const FIXTURES = new URL("../../tests/fixtures/", import.meta.url);
const LAID: { text: string; x: number[]; parts: [string, string] | null }[] = JSON.parse(
  readFileSync(new URL("wide-gaps.json", FIXTURES), "utf8"),
);

test.each(LAID)("a line laid by hand: $text, $x", ({ text, x, parts }) => {
  const digits: Digit[] = [];
  const marks: Mark[] = [];
  const sure = { probability: 1, status: "ok", image: blank(28, 28) } as const;
  [...text.replaceAll("\n", "")].forEach((character, index) => {
    const at = x[index] as number;
    if (Number.isNaN(Number(character)))
      marks.push({ mark: character, probability: 1, box: boxOf(at, 34, 6, 6), alternatives: [] });
    else {
      const box = boxOf(at, 0, 20, 40);
      const probabilities = new Float64Array(10);
      digits.push({ ...sure, digit: Number(character), box, searched: box, probabilities });
    }
  });
  expect(partsOf({ text, digits, marks })).toEqual(parts);
});

/** A picture twice side by side, with paper of the level of its first pixel between. */
function twice({ width, height, pixels }: Grey, between: number): Grey {
  const page = blank(2 * width + between, height);
  page.pixels.fill(pixels[0] as number);
  for (let y = 0; y < height; y++)
    for (const x of [0, width + between])
      page.pixels.set(pixels.subarray(y * width, (y + 1) * width), y * page.width + x);
  return page;
}

const reader = readerOf(exact);
const [sure, one] = ["composed-01", "number"].map((name) =>
  readPng(readFileSync(new URL(`reading/${name}.picture.png`, FIXTURES))),
) as [Grey, Grey];

test("a cell with a number twice beside itself is unsure and names both, unless only both fit", async () => {
  const { text } = reader.interpret(await reader.findCandidates(sure, false));
  const seen = await reader.findCandidates(twice(sure, sure.height), false);
  const reading = reader.interpret(seen);
  expect(reading.text).toBe(text + text);
  expect([reading.status, reading.digitsStatus]).toEqual(["unsure", "unsure"]);
  expect(reading.advice).toEqual(["reading.wide_gap", { first: text, second: text }]);
  const known = reader.interpret(seen, automatonOf(`\\d{${2 * text.length}}`));
  expect([known.text, known.status]).toEqual([text + text, "ok"]);
});

test("a page with a number twice beside itself has two numbers", async () => {
  const { text } = await reader.read(one);
  expect((await reader.read(twice(one, one.height))).text).toBe(`${text}\n${text}`);
});
