import { expect, test } from "vitest";
import { newestOnly } from "./newest";

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
