import { describe, expect, it } from "vitest";
import { imageOf } from "../pixels/digits";
import { scoresOf as scoresOfImage } from "../template/weights";
import { readScores, scoresOf, TEN, textOf } from "./scores";

it("are those that the shipped network gives the 7 of the first step", () => {
  expect(scoresOfImage(imageOf(7).values).map((score) => Number(score.toFixed(1)))).toEqual(TEN);
});

describe("scores in an address", () => {
  it("come back as they were", () => {
    expect(scoresOf(readScores(textOf(TEN)) ?? "")).toEqual(TEN);
    expect(readScores("4, 5.04, -10")).toBe("4,5,-10");
  });

  it.each(["", "4,5", "4,,5", "4,5,11", "4,5,x", "4,5,NaN", "1,2,3,4"])("are refused: %j", (text) => {
    expect(readScores(text)).toBeNull();
  });
});
