import { beforeAll, expect, it, vi } from "vitest";
import { newRun } from "./run";

// sentences need only the address and the language from a browser
beforeAll(() => {
  vi.stubGlobal("location", { search: "?lang=en", pathname: "/" });
  vi.stubGlobal("addEventListener", () => undefined);
  vi.stubGlobal("document", { documentElement: {} });
});

const RUN = { ...newRun("a", 1, "service"), step: 1500 };
const RESULT = { accuracy: 0.9712, n: 5000, wrong: 144, mistakes: [] };

it.each([
  ["test", /97\.1\s%.* test images/],
  ["validation", /97\.1\s%.* validation images/],
])("a mark on %s images is not told as one on others", async (on, wanted) => {
  const { endingOf } = await import("./ending");
  expect(endingOf({ ...RUN, state: "done", result: { ...RESULT, on } })).toMatch(wanted);
});

it("a training that was stopped says where, one that failed says why", async () => {
  const { endingOf } = await import("./ending");
  expect(endingOf({ ...RUN, state: "stopped" })).toMatch(/step 1,500/);
  expect(endingOf({ ...RUN, state: "failed", failure: "It ran out of memory." })).toBe(
    "It ran out of memory.",
  );
});
