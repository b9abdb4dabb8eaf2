/** Make a network see another digit, with as little added or erased ink as possible. */
import { FilmNetwork } from "../film/network";
import { largestAt } from "../ink/numbers";
import { softmax } from "../learn/concepts";
import type { Graph } from "../runtime/graph";

export const SIDE = 28;
const FULL = 255;

/** A network's answer for the digit, and the pull of each pixel. */
interface Judged {
  probabilities: readonly number[];
  answer: number;
  /** The evidence that the probabilities are made of. */
  scores: readonly number[];
  /**
   * Of each pixel, how much its ink could move the scores towards the target: what adding ink would, or what erasing
   * its ink would with a minus, whichever is more.
   */
  pull: Float32Array;
}

/** How much ink was added or erased, in pixels. */
export function inkBetween(start: Uint8Array, now: Uint8Array): number {
  return start.reduce((sum, value, index) => sum + Math.abs(value - (now[index] ?? 0)), 0) / FULL;
}

export class Opponent {
  readonly #network: FilmNetwork;

  /** @throws Error if it is a network that the page cannot differentiate */
  constructor(graph: Pick<Graph, "nodes" | "tensors">) {
    this.#network = new FilmNetwork(graph, true);
  }

  judge(image: Uint8Array, target: number): Judged {
    const { scores } = this.#network.forward(image);
    const slopes = this.#slopes(scores, target);
    const pull = slopes.map((slope, index) => {
      const value = image[index] ?? 0;
      const [added, erased] = [Math.max(slope * (FULL - value), 0), Math.max(-slope * value, 0)];
      return added >= erased ? added : -erased;
    });
    return { probabilities: softmax(scores), scores: [...scores], answer: largestAt(scores), pull };
  }

  /** How fast the target's score gains on the best of the others, by each pixel's grey level; `forward` comes before. */
  #slopes(scores: readonly number[], target: number): Float32Array {
    const rival = largestAt(scores, target);
    this.#network.backward(scores.map((_, digit) => Number(digit === target) - Number(digit === rival)));
    return this.#network.ofPicture;
  }

  /**
   * Follow the gradient: fill or erase the pixel that gains most for its ink, again and again until the network is
   * fooled, then give back what was not needed; null if it never is, or not within twice `most` pixels of ink: hardly more
   than half of them can be given back.
   */
  fool(start: Uint8Array, target: number, most = Number.POSITIVE_INFINITY): Uint8Array | null {
    const now = start.slice();
    const changed: number[] = [];
    while (!this.#isFooled(now, target)) {
      if (inkBetween(start, now) > 2 * most) return null;
      const { scores } = this.#network.forward(now);
      const gains = Array.from(this.#slopes(scores, target), (slope, index) => {
        const isPossible = slope > 0 ? (now[index] ?? 0) < FULL : (now[index] ?? 0) > 0;
        return isPossible && !changed.includes(index) ? Math.abs(slope) : 0;
      });
      const best = largestAt(gains);
      if (gains[best] === 0) return null;
      now[best] = (this.#network.ofPicture[best] ?? 0) > 0 ? FULL : 0;
      changed.push(best);
    }
    for (const pixel of changed) {
      const value = now[pixel] ?? 0;
      now[pixel] = start[pixel] ?? 0;
      if (!this.#isFooled(now, target)) now[pixel] = value;
    }
    return now;
  }

  /** The digit that takes the machine the least ink to have the network see; where it fools it with none, the runner-up. */
  easiest(start: Uint8Array): number {
    const scores = [...this.#network.forward(start).scores];
    const [, ...others] = [...scores.keys()].sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0));
    let [best, least] = [others[0] ?? 0, Number.POSITIVE_INFINITY];
    for (const target of others) {
      const fooled = this.fool(start, target, least);
      const ink = fooled ? inkBetween(start, fooled) : least;
      if (ink < least) [best, least] = [target, ink];
    }
    return best;
  }

  #isFooled(image: Uint8Array, target: number): boolean {
    return largestAt(this.#network.forward(image).scores) === target;
  }
}

/** The pixels between two pixels, both included. */
export function pixelsBetween([x0, y0]: Point, [x1, y1]: Point): number[] {
  const steps = Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0), 1);
  return Array.from({ length: steps + 1 }, (_, step) => {
    const [x, y] = [x0 + ((x1 - x0) * step) / steps, y0 + ((y1 - y0) * step) / steps];
    return Math.round(y) * SIDE + Math.round(x);
  });
}

export type Point = readonly [x: number, y: number];
