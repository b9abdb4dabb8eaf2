import { expect, test } from "vitest";
import type { Content } from "./sheet/sheet";
import { asFile, fromFile, NoSheet } from "./sheet-file";

const box = { x: 1, y: 2, width: 30, height: 40 };
const content: Content = {
  strokes: [[{ x: 1.25, y: 2, width: 8 }], [{ x: 0, y: -3, width: 10 }]],
  patches: [
    { region: box, spared: [box], says: [{ character: "7", box, seen: null, isMine: true }], ink: [0, 1] },
    { region: box, spared: [], says: [], ink: null },
  ],
};

const seen = {
  digit: 7,
  probability: 0.9,
  probabilities: Array(10).fill(0.1),
  box: [1, 2, 3, 4] as [number, number, number, number],
  status: "ok" as const,
  image: Array.from({ length: 28 }, () => Array(28).fill(0)),
};

test("a sheet comes back as it was", () => {
  expect(fromFile(asFile(content))).toEqual(content);
  const explained = { ...seen, counted: seen.image };
  const says = [seen, explained].map((value) => ({ character: "7", box, seen: value, isMine: true }));
  const read: Content = { strokes: [], patches: [{ region: box, spared: [], says, ink: null }] };
  expect(fromFile(asFile(read))).toEqual(read);
});

test("anything else is refused", () => {
  const file = JSON.parse(asFile(content));
  const patch = file.patches[0];
  for (const wrong of [
    null,
    {},
    { ...file, format: "shuzi sheet 2" },
    { ...file, strokes: [[]] },
    { ...file, strokes: [[[1, 2]]] },
    { ...file, strokes: [[[1, 2, null]]] },
    { ...file, patches: [{}] },
    { ...file, patches: [{ ...patch, ink: ["a"] }] },
    { ...file, patches: [{ ...patch, says: [{ ...patch.says[0], character: "<" }] }] },
    ...[
      { digit: 7 },
      { ...seen, status: "sure" },
      { ...seen, status: undefined },
      { ...seen, box: [1, 2, 3] },
      { ...seen, counted: [[1]] },
    ].map((value) => ({ ...file, patches: [{ ...patch, says: [{ ...patch.says[0], seen: value }] }] })),
  ])
    expect(() => fromFile(JSON.stringify(wrong)), JSON.stringify(wrong)).toThrow(NoSheet);
  expect(() => fromFile("7")).toThrow(NoSheet);
  expect(() => fromFile("{")).toThrow(NoSheet);
});
