/** The scores of the softmax step and their form in an address: "4,5,10". */

export const LEAST = -10;
export const MOST = 10;

/** The lesson's example. */
export const THREE = [4, 5, 10];
/** The shipped softmax network's scores for the 7 of the first step, rounded. */
export const TEN = [2.4, -7.9, -4.8, -0.2, 0.5, 1.6, -2, 7.8, 0.5, 2];

export function scoresOf(text: string): number[] {
  return text.split(",").map(Number);
}

export function textOf(scores: readonly number[]): string {
  return scores.map((score) => Number(score.toFixed(1))).join(",");
}

/** For `knob`: three or ten scores in range, else null. */
export function readScores(text: string): string | null {
  const pieces = text.split(",");
  const scores = pieces.map(Number);
  const sound = scores.every(
    (score, index) => pieces[index]?.trim() !== "" && score >= LEAST && score <= MOST,
  );
  return sound && [THREE.length, TEN.length].includes(scores.length) ? textOf(scores) : null;
}
