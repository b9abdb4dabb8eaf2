import { beforeAll, describe, expect, it, vi } from "vitest";

// these functions need only the address and the language from a browser
beforeAll(() => {
  vi.stubGlobal("location", { search: "?lang=en", pathname: "/" });
  vi.stubGlobal("addEventListener", () => undefined);
  vi.stubGlobal("document", { documentElement: {} });
});

async function load() {
  return await import("./format");
}

describe("numbers as people read them", () => {
  it.each([
    [0, "0"],
    [0.049787, "0.0498"],
    [22.1977, "22.2"],
    [-9.6, "−9.6"],
    [22026.46, "22,026"],
    [485165195, "4.85×10⁸"],
    [-0.0000454, "−4.54×10⁻⁵"],
    [Number.POSITIVE_INFINITY, "∞"],
  ])("%f is brief", async (value, wanted) => {
    expect((await load()).brief(value)).toBe(wanted);
  });

  it("keeps as many places as it is told, and no minus before a zero", async () => {
    const { fixed } = await load();
    expect(fixed(0.105, 2)).toBe("0.10");
    expect(fixed(-3.14, 1)).toBe("−3.1");
    expect(fixed(-0.001, 1)).toBe("0.0");
  });
});
