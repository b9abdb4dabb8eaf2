import { beforeEach, expect, it, vi } from "vitest";

// numbers need only the address and the language from a browser
beforeEach(() => {
  vi.resetModules();
  vi.stubGlobal("addEventListener", () => undefined);
  vi.stubGlobal("document", { documentElement: {} });
});

it.each([
  ["en", "\u00a0%"],
  ["zh", "%"],
])("all views write per cent the same in %s", async (language, sign) => {
  vi.stubGlobal("location", { search: `?lang=${language}`, pathname: "/" });
  const write = await import("./percent");
  const learn = await import("../learn/format");
  expect(write.percent(0.9996)).toBe(`99${sign}`);
  expect([0, 0.004, 0.0099, 0.01, 0.29, 1].map(write.wholePercent)).toEqual([
    "0",
    "<1",
    "<1",
    "1",
    "29",
    "99",
  ]);
  expect(learn.percent(0.9117)).toBe(`91.2${sign}`);
  // nearly all is not all
  expect([0.9996, 0.99951, 1].map((probability) => learn.percent(probability))).toEqual([
    `99.9${sign}`,
    `99.9${sign}`,
    `100.0${sign}`,
  ]);
  expect(learn.percent(1 - 1e-12)).toBe(`100.0${sign}`);
  expect(learn.percent(0.996, 0)).toBe(`99${sign}`);
  expect(learn.percent(0.917, 2)).toBe(`91.70${sign}`);
});
