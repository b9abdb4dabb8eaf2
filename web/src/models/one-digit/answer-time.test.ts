import { expect, test } from "vitest";
import { answerTime } from "./answer-time";

test.each([
  [0.2, 0.001],
  [0.2, 1],
  [3.4, 1],
  [40, 1],
  [0.2, 100], // Firefox, where it resists being recognised
])("an answer of %s ms is timed by a clock of %s ms", async (each, tick) => {
  let time = 0;
  const ask = async () => {
    time += each;
  };
  const found = await answerTime(ask, () => Math.floor(time / tick) * tick);
  expect(Math.abs(found / each - 1)).toBeLessThan(0.15);
});
