/** The numbers were computed by tests/training/first_network.py and NumPy; the pushes by central differences of its losses. */
import { describe, expect, it } from "vitest";
import {
  crossEntropy,
  oneHot,
  pushOfCrossEntropy,
  pushOfSquaredError,
  readScores,
  scoresOf,
  softmax,
  squaredError,
  stepDown,
  TEN,
  textOf,
  total,
} from "./concepts";
import { type CurveName, curves } from "./descent";
import { imageOf, scoresOf as scoresOfImage } from "./digit/examples";

function expectAlike(actual: readonly number[], wanted: readonly number[], decimals = 12): void {
  expect(actual).toHaveLength(wanted.length);
  wanted.forEach((value, index) => {
    expect(actual[index]).toBeCloseTo(value, decimals);
  });
}

describe("one-hot", () => {
  it("has a single one, in the digit's place", () => {
    expect(oneHot(3)).toEqual([0, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
  });

  it("finds every wrong digit equally far away", () => {
    const errors = Array.from({ length: 10 }, (_, digit) => squaredError(oneHot(1), oneHot(digit)));
    expect(errors).toEqual([2, 0, 2, 2, 2, 2, 2, 2, 2, 2]);
  });
});

describe("softmax", () => {
  it("gives the shares that NumPy gives", () => {
    expectAlike(softmax([4, 5, 10]), [0.0024561149044509535, 0.006676412513376451, 0.9908674725821726]);
    expectAlike(
      softmax([-1.5, 0, 2, 2]),
      [0.013944552251390512, 0.06249514741581492, 0.46178015016639723, 0.46178015016639723],
    );
  });

  it("does not overflow", () => {
    expectAlike(softmax([1000, 1001]), [0.2689414213699951, 0.7310585786300049]);
  });

  it("does not change when something is added to all scores, and always adds up to 1", () => {
    expectAlike(softmax([4 - 7, 5 - 7, 10 - 7]), softmax([4, 5, 10]));
    expect(total(softmax([-20, 3.5, 11, 11.1]))).toBeCloseTo(1, 12);
  });
});

describe("the losses", () => {
  const label = [0, 0, 1];
  const rows: [number[], number, number][] = [
    [[0.1, 0.3, 0.6], 0.26, 0.510825623599324],
    [[0.2, 0.2, 0.6], 0.24, 0.510825623599324],
    [[0.1, 0, 0.9], 0.02, 0.10536051554671516],
    [[0.99, 0, 0.01], 1.9602, 4.605170175988092],
    [[1, 0, 0], 2, 23.025850929940457],
  ];

  it.each(rows)("of %j are NumPy's", (output, squares, entropy) => {
    expect(squaredError(label, output)).toBeCloseTo(squares, 12);
    expect(crossEntropy(label, output)).toBeCloseTo(entropy, 9);
  });

  it("would be infinite without epsilon", () => {
    expect(crossEntropy(label, [1, 0, 0], 0)).toBe(Number.POSITIVE_INFINITY);
  });

  it("push the scores by minus their slopes", () => {
    expectAlike(pushOfSquaredError(label, [0.1, 0.3, 0.6]), [-0.048, -0.264, 0.312], 8);
    expectAlike(pushOfCrossEntropy(label, [0.1, 0.3, 0.6]), [-0.1, -0.3, 0.4], 8);
    // confidently wrong: the squared error has almost no gradient
    expectAlike(pushOfSquaredError(label, [0.98, 0.01, 0.01]), [-0.057624, 0.018812, 0.038812], 8);
    expectAlike(pushOfCrossEntropy(label, [0.98, 0.01, 0.01]), [-0.98, -0.01, 0.99], 8);
  });
});

describe("walking downhill", () => {
  function walk(name: CurveName, rate: number, steps: number): number[] {
    const indices = [4];
    for (let step = 0; step < steps; step++) {
      indices.push(stepDown(indices[step] ?? Number.NaN, curves[name].slope, rate));
    }
    return indices;
  }

  it("jumps out of the bowl with a rate of 1.1, and arrives with 0.3", () => {
    expectAlike(walk("bowl", 1.1, 4), [4, -4.8, 5.76, -6.912, 8.2944]);
    expectAlike(walk("bowl", 0.3, 3), [4, 1.6, 0.64, 0.256]);
  });

  it("is caught by the dent with a rate of 0.05, and leaps over it with 0.2", () => {
    expectAlike(
      walk("dent", 0.05, 12).slice(-3),
      [2.06053736431596, 2.0609218173687593, 2.0607869438575754],
      10,
    );
    expectAlike(
      walk("dent", 0.2, 5),
      [
        4, 2.3999728983336954, 0.3493402050479397, 0.20961742063535055, 0.1257721237520814,
        0.07546371987174019,
      ],
      10,
    );
  });

  it("uses slopes that are the curves' own", () => {
    const slopes = [-1, 1.5, 2.06, 3].map((x) => curves.dent.slope(x));
    expectAlike(slopes, [-2.000000000002, -0.1552286286177207, -0.022183426207078583, 7.979001356517301], 6);
  });
});

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
