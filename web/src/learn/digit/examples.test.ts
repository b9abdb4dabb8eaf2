import { expect, test } from "vitest";
import { surestMistakes } from "./examples";

test("the most confident mistakes come first, and what is right is none", async () => {
  // the first three pixels of an image are the scores of 0, 1 and 2
  const scoreRows = [
    [9, 1, 1],
    [1, 3, 1],
    [2, 8, 1],
    [0, 1, 5],
  ];
  const images = Uint8Array.from(scoreRows.flatMap((row) => [...row, ...new Array(781).fill(0)]));
  const scores = (image: Uint8Array) => [...image.subarray(0, 3)];
  const misreads = await surestMistakes({ images, labels: Uint8Array.of(0, 0, 0, 1) }, scores, 2);
  expect(misreads.map(({ index, label, digit }) => [index, label, digit])).toEqual([
    [2, 0, 1],
    [3, 1, 2],
  ]);
  expect(misreads[0]?.probability).toBeCloseTo(Math.exp(8) / (Math.exp(2) + Math.exp(8) + Math.exp(1)), 10);
});
