import { expect, test } from "vitest";
import type { FormCell, FormTable } from "../../generated/shapes";
import { apart, inParts, withoutPictures, withPictures } from "./parts";

test("things are divided in their order", () => {
  expect(inParts([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]]);
  expect(inParts([], 2)).toEqual([]);
});

test("a file that is there twice is told from others of its size", async () => {
  const all = ["ab", "cd", "ab", "abc", "cd"].map((text, n) => ({ name: `${n}`, file: new Blob([text]) }));
  const { once, again } = await apart(all);
  expect(once.map(({ name }) => name)).toEqual(["0", "1", "3"]);
  expect(again).toEqual([
    { copy: all[2], first: "0" },
    { copy: all[4], first: "1" },
  ]);
});

test("cells find their pictures again", () => {
  const cell = (source: string, picture?: string): FormCell => ({
    text: "7",
    status: "unsure",
    confidence: 0.5,
    rule: "",
    message: "",
    alternatives: [],
    page: 1,
    box: [0, 0, 1, 1],
    source,
    ...(picture ? { picture } : {}),
  });
  const tableOf = (...cells: FormCell[]): FormTable => ({
    format: 1,
    title: "T",
    columns: [],
    rows: cells.map((written, row) => ({ sheet: 1, row: row + 1, cells: { q: written } })),
    doubtful: 0,
    problems: [],
  });
  const before = tableOf(cell("a.jpg", "AAAA"));
  expect(withoutPictures(before)).toEqual(tableOf(cell("a.jpg")));
  const after = tableOf(cell("b.jpg", "BBBB"), cell("a.jpg"), cell("c.jpg"));
  expect(withPictures(after, before)).toEqual(
    tableOf(cell("b.jpg", "BBBB"), cell("a.jpg", "AAAA"), cell("c.jpg")),
  );
});
