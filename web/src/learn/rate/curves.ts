/** The two curves to descend, each with its exact slope. */

export interface Curve {
  height(x: number): number;
  slope(x: number): number;
}

/** x², as in the lesson. Its slope is 2x, so a rate of 0.5 arrives in one step and a rate above 1 diverges. */
const bowl: Curve = {
  height: (x) => x ** 2,
  slope: (x) => 2 * x,
};

/** x² − 4·e^(−4(x − 2.2)²): the same bowl with a local minimum near x = 2.06. */
const dent: Curve = {
  height: (x) => x ** 2 - 4 * Math.exp(-4 * (x - 2.2) ** 2),
  slope: (x) => 2 * x + 32 * (x - 2.2) * Math.exp(-4 * (x - 2.2) ** 2),
};

export const CURVES = ["bowl", "dent"] as const;
export type CurveName = (typeof CURVES)[number];
export const curves: Record<CurveName, Curve> = { bowl, dent };
