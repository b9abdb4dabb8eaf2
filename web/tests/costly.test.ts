/** Pictures that hold more than a page of writing are not read, but say so; see `tests/reading/test_costly.py`. */
import { expect, test } from "vitest";
import { boxOf } from "../src/ink/boxes";
import { blank, type Grey } from "../src/ink/picture";
import { LineDetector } from "../src/reading/find/line-detector";
import { linesOf } from "../src/reading/find/line-frames";
import { Reader } from "../src/reading/reader";
import { Classifier, Detector, Recogniser } from "../src/reading/recognise/models";
import { exact } from "./models";

/** Dots in rows, on white. */
function dotted(rows: number, columns: number, pitch: number, size: number): Grey {
  const page = blank(columns * pitch, rows * pitch);
  page.pixels.fill(255);
  for (let y = 0; y < page.height; y++)
    for (let x = 0; x < page.width; x++)
      if (y % pitch < size && x % pitch < size) page.pixels[y * page.width + x] = 0;
  return page;
}

test.each([
  ["reading.many_pieces", 6_400, dotted(80, 80, 12, 2), []],
  ["reading.many_lines", 60, dotted(60, 60, 20, 4), ["detector"]],
] as const)("%s: %i", async (key, n, page, expected) => {
  const asked: string[] = [];
  const reader = new Reader(new Classifier(exact("default")), {
    detector: async () => {
      asked.push("detector");
      return new Detector(exact("detector"));
    },
    recogniser: async () => {
      asked.push("recogniser");
      return new Recogniser(exact("line"));
    },
    lineDetector: async () => new LineDetector(exact("line-detector")),
  });
  const seen = await reader.findCandidates(page, false);
  const { text, status, digits, advice } = reader.interpret(seen);
  expect({ text, status, digits, advice }).toEqual({
    text: "",
    status: "unsure",
    digits: [],
    advice: [key, { n }],
  });
  expect(asked).toEqual(expected);
});

test("more rows than a page has are counted but not framed", () => {
  const lines = (rows: number) =>
    linesOf(
      [],
      Array.from({ length: rows }, (_, row) => ({ box: boxOf(10, 30 * row, 12, 20), area: 240 })),
      { width: 600, height: 30 * rows },
    );
  expect(lines(200)).toHaveLength(200);
  expect(() => lines(201)).toThrow(
    expect.objectContaining({ advice: ["reading.many_lines", { n: 201 }] }) as Error,
  );
});
