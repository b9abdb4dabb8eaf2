/** The ten answers: scores, probabilities, the digit that is read, the loss, and the step that makes it smaller. */

import { largestMagnitude } from "../../ink/numbers";
import { brief, fixed, percent } from "../../learn/format";
import type { Colour } from "../../shared/colours";
import { between, gently } from "../story";
import type { Take } from "../take";
import { moved, type Stroke, smooth } from "./forward";
import { BIG, box, cells, ROWS, rowOf, type Shape, SWEPT, text, WINDOW } from "./shapes";

const AXIS = 870; // where scores and differences are 0
const REACH = 24; // of the largest
const THICK = 5.6;

/** One row: a bar from `zero` that is `length` long, against it if negative. */
function bar(y: number, zero: number, length: number, alpha: number): Shape {
  const left = Math.min(zero, zero + length);
  const colour = length < 0 ? "warn" : "accent";
  return box({ x: left, y: y - THICK / 2, width: Math.abs(length), height: THICK, colour, alpha });
}

/** Bars of scores, then of probabilities, then of the difference from the label. */
export function rows(take: Take, t: number): Shape[] {
  const shown = gently(t, "scores", 0.25, 0.5);
  if (shown === 0) return [];
  const grown = gently(t, "scores", 0.4, 0.8);
  const enlarged = gently(t, "softmax", 0.15, 0.7);
  const turned = gently(t, "gradient", 0, 0.14);
  const won = gently(t, "answer", 0.05, 0.4) * (1 - gently(t, "loss", 0, 0.25));
  const most = largestMagnitude(take.scores);
  return take.scores.flatMap((score, digit) => {
    const y = rowOf(digit);
    const probability = take.probabilities[digit] ?? 0;
    const wanted = -(take.gradient.scores[digit] ?? 0);
    const isAnswer = digit === take.answer;
    const pale = 1 - 0.65 * won * (isAnswer ? 0 : 1);
    const left = between(between(AXIS, ROWS.bar, enlarged), AXIS, turned);
    const scored = (score / most) * REACH * grown;
    const reach = between(between(scored, probability * ROWS.full, enlarged), wanted * REACH, turned);
    const shape = {
      x: Math.min(left, left + reach),
      y: y - THICK / 2,
      width: Math.abs(reach),
      height: THICK,
    };
    const bars: [Colour, number][] = [
      ["warn", reach < 0 ? 1 : 0],
      ["accent", reach < 0 ? 0 : 1],
    ];
    const words: [string, number][] = [
      [fixed(score, 1), grown * (1 - gently(t, "softmax", 0.1, 0.35))],
      [percent(probability), gently(t, "softmax", 0.5, 0.75) * (1 - gently(t, "gradient", 0, 0.06))],
      [fixed(wanted, 3), gently(t, "gradient", 0.08, 0.14)],
    ];
    return [
      text({ x: ROWS.x, y, size: 6.5, text: String(digit), isLarge: true, alpha: shown * pale }),
      ...bars.map(([colour, alpha]) => box({ ...shape, colour, alpha: alpha * pale })),
      ...words.map(([word, alpha]) =>
        text({
          x: ROWS.end,
          y,
          size: 4.6,
          text: word,
          align: "end",
          colour: "ink-soft",
          alpha: alpha * pale,
        }),
      ),
    ];
  });
}

/** The digit that is read comes forward, with the ink behind it. */
export function answer(take: Take, stroke: Stroke, t: number): Shape[] {
  const come = gently(t, "answer", 0.1, 0.6);
  const alpha = come * (1 - gently(t, "loss", 0, 0.2));
  if (alpha === 0) return [];
  const ghost = { x: BIG.x - 42, y: BIG.y - 44, size: 84 };
  return [
    smooth(stroke, 1, 0.2 * alpha, ghost),
    text({
      x: between(ROWS.x, BIG.x, come),
      y: between(rowOf(take.answer), BIG.y, come),
      size: between(6.5, BIG.size, come),
      text: String(take.answer),
      isLarge: true,
      colour: "accent",
      alpha,
    }),
    text({
      x: BIG.x,
      y: 93,
      size: 9,
      text: percent(take.probabilities[take.answer] ?? 0),
      alpha: alpha * gently(t, "answer", 0.5, 0.7),
    }),
  ];
}

/** The right answer: a full bar at the label, and the loss. */
export function loss(take: Take, t: number): Shape[] {
  const shown = gently(t, "loss", 0.15, 0.4) * (1 - gently(t, "gradient", 0, 0.08));
  if (shown === 0) return [];
  const y = rowOf(take.label);
  const full = { x: ROWS.bar, y: y - THICK / 2, width: ROWS.full, height: THICK };
  const told = gently(t, "loss", 0.4, 0.6) * shown;
  const probability = take.probabilities[take.label] ?? 0;
  return [
    box({ ...full, colour: "warn", alpha: 0.16 * shown }),
    box({ ...full, colour: "warn", edge: 0.6, alpha: shown }),
    text({
      x: BIG.x,
      y: 20,
      size: 26,
      text: String(take.label),
      isLarge: true,
      colour: "warn",
      alpha: shown,
    }),
    text({
      x: BIG.x,
      y: 52,
      size: 8,
      text: `−log ${brief(probability, 2)}`,
      colour: "ink-soft",
      alpha: told,
    }),
    text({ x: BIG.x, y: 72, size: 20, text: `= ${brief(take.loss)}`, alpha: told }),
  ];
}

/** A window before, its change, and after; beside it the ten answers before and after. */
export function step(take: Take, t: number): Shape[] {
  const shown = gently(t, "weights", 0.12, 0.3);
  if (shown === 0) return [];
  const channel = take.strongest;
  const before = take.kernels[channel] ?? new Float32Array();
  const change = (take.gradient.kernels[channel] ?? before).map((value) => -take.rate * value);
  const side = Math.sqrt(before.length);
  const [came, sum] = [gently(t, "weights", 0.25, 0.5), gently(t, "weights", 0.5, 0.75)];
  const spot = (y: number) => ({ x: WINDOW.x + 1, y, size: 26 });
  const tile = (values: Float32Array, at: ReturnType<typeof spot>, alpha: number) => [
    cells({ ...at, side, values, palette: "signed", alpha }),
    box({ ...at, width: at.size, height: at.size, colour: "line", edge: 0.4, alpha }),
  ];
  const sign = (y: number, what: string, alpha: number) =>
    text({ x: WINDOW.x - 5, y, size: 8, text: what, alpha });
  const times = largestMagnitude(before) / largestMagnitude(change);
  return [
    ...tile(before, moved(WINDOW, spot(0), shown), shown),
    ...tile(change, spot(36), came),
    sign(49, "+", came),
    text({
      x: WINDOW.x + 14,
      y: 65.5,
      size: 3.6,
      text: `× ${brief(times, 2)}`,
      colour: "ink-soft",
      alpha: came,
    }),
    ...tile(take.after.kernels[channel] ?? before, moved(spot(36), spot(72), sum), sum),
    sign(85, "=", sum),
    ...outcome(take, gently(t, "weights", 0.6, 0.95), gently(t, "weights", 0.35, 0.55)),
  ];
}

function outcome(take: Take, passed: number, alpha: number): Shape[] {
  const [left, full] = [SWEPT.x + 14, 56];
  return take.probabilities.flatMap((probability, digit) => {
    const [y, after] = [rowOf(digit), take.after.probabilities[digit] ?? 0];
    const now = between(probability, after, passed);
    const isLabel = digit === take.label;
    return [
      text({
        x: left - 6,
        y,
        size: 6.5,
        text: String(digit),
        isLarge: true,
        colour: isLabel ? "warn" : "ink",
        alpha,
      }),
      bar(y, left, now * full, alpha),
      box({
        x: left,
        y: y - THICK / 2,
        width: probability * full,
        height: THICK,
        colour: "ink-soft",
        edge: 0.3,
        alpha,
      }),
      text({
        x: left + full + 24,
        y,
        size: 4.6,
        text: percent(now),
        align: "end",
        colour: "ink-soft",
        alpha,
      }),
    ];
  });
}
