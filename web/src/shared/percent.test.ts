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
  const write = await import("../write/verdict");
  const learn = await import("../learn/format");
  const models = await import("../models/numbers");
  expect(write.percent(0.9996)).toBe(`99${sign}`);
  expect(learn.percent(0.9117)).toBe(`91.2${sign}`);
  expect(models.share(0.917)).toBe(`91.70${sign}`);
  expect(models.shortShare(0.9)).toBe(`90${sign}`);
  expect(models.shortShare(0.995)).toBe(`99.5${sign}`);
});
