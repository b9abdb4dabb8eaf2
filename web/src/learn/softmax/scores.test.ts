import { describe, expect, it } from "vitest";
import { readScores, scoresOf, TEN, textOf } from "./scores";

describe("scores in an address", () => {
  it("come back as they were", () => {
    expect(scoresOf(readScores(textOf(TEN)) ?? "")).toEqual(TEN);
    expect(readScores("4, 5.04, -10")).toBe("4,5,-10");
  });

  it.each(["", "4,5", "4,,5", "4,5,11", "4,5,x", "4,5,NaN", "1,2,3,4"])("are refused: %j", (text) => {
    expect(readScores(text)).toBeNull();
  });
});
