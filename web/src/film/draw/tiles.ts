/** Values that many frames need, computed once. */
import type { Maps } from "../network/film-network";
import { channelOf, type Take } from "../network/take";
import { largestOf } from "./shapes";

export interface Tiles {
  side: number;
  /** Each map, row by row. */
  values: readonly Float32Array[];
  /** The largest magnitude in any of them. */
  full: number;
}

/** Compute something of an object only once. */
function once<From extends object, To>(compute: (from: From) => To): (from: From) => To {
  const computed = new WeakMap<From, { value: To }>();
  return (from) => {
    const held = computed.get(from) ?? { value: compute(from) };
    computed.set(from, held);
    return held.value;
  };
}

export const tilesOf: (maps: Maps) => Tiles = once((maps) => ({
  side: maps.side,
  values: Array.from({ length: maps.channels }, (_, channel) => channelOf(maps, channel)),
  full: largestOf(maps.values),
}));

/** The change that the maps need: their negated gradient. */
export const wantedOf: (gradient: Maps) => Tiles = once((gradient) => {
  const { values, ...rest } = tilesOf(gradient);
  return { ...rest, values: values.map((tile) => tile.map((value) => -value)) };
});

/** From each of the last neurons to each digit, 40 · 10: its contribution to the score, and the change that the error demands. */
export const evidenceOf: (take: Take) => {
  given: Float32Array;
  asked: Float32Array;
  most: number;
  mostAsked: number;
} = once(({ weights, blocks, gradient }) => {
  const values = blocks.at(-1)?.values ?? new Float32Array();
  const { length } = gradient.scores;
  const given = weights.map((weight, index) => weight * (values[Math.floor(index / length)] ?? 0));
  const asked = weights.map((weight, index) => -weight * (gradient.scores[index % length] ?? 0));
  return { given, asked, most: largestOf(given), mostAsked: largestOf(asked) };
});
