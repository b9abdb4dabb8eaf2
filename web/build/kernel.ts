/**
 * The inner loops of every network become WebAssembly: one function, a matrix product whose right side is gathered
 * from a picture on the way (Chellapilla, Puri & Simard, 2006), so that it computes convolutions and dense layers.
 *
 * Written as WebAssembly text, because its speed depends on what is kept in registers: a tile of 4 channels by 8
 * pixels of the result, 8 of the 16 vector registers that x86 and ARM have at least, stays there for a whole sum.
 */
import { assemble } from "./wat.ts";

/** Channels and pixels of the tile of the result that is computed at a time. */
const TILE = { channels: 4, pixels: 8 } as const;

const CHANNELS = Array.from({ length: TILE.channels }, (_, place) => place);
const HALVES = [0, 1] as const; // of eight pixels, four in each vector
const PIXELS = Array.from({ length: TILE.pixels }, (_, place) => place);

/**
 * The module.
 *
 * - `memory`: its own, grown by its user
 * - `convolve(image, offsets, terms, places, pixels, weights, bias, channels, low, result, stride, panel)`
 *
 * All but `terms`, `pixels`, `channels`, `low` and `stride` are addresses in bytes. For each pixel p of the result and
 * each channel c:
 *
 *     result[c * stride + p] = max(low, bias[c] + sum over t of weights[c, t] * image[places[p] + offsets[t]])
 *
 * `offsets` (int32, `terms` of them) and `places` (int32, `pixels` of them) are in bytes. `weights` come in groups of 4
 * channels, in each group term by term. `channels` is a multiple of 4, `pixels` and `stride` are multiples of 8.
 * `panel` is room for 8 * `terms` floats.
 */
const TEXT = `
(module
  (memory (export "memory") 1)
  (func (export "convolve")
    (param $image i32) (param $offsets i32) (param $terms i32) (param $places i32) (param $pixels i32)
    (param $weights i32) (param $bias i32) (param $channels i32) (param $low f32)
    (param $result i32) (param $stride i32) (param $panel i32)
    (local $pixel i32) (local $term i32) (local $channel i32) (local $from i32) (local $to i32) (local $row i32)
    (local $w i32) (local $end i32) (local $weight v128) (local $left v128) (local $right v128) (local $least v128)
    ${CHANNELS.flatMap((c) => HALVES.map((h) => `(local $sum${c}${h} v128)`)).join(" ")}
    ${PIXELS.map((p) => `(local $place${p} i32)`).join(" ")}

    (local.set $least (f32x4.splat (local.get $low)))
    (local.set $stride (i32.shl (local.get $stride) (i32.const 2)))
    (loop $pixels_
      ${PIXELS.map(
        (p) => `(local.set $place${p} (i32.add (local.get $image)
        (i32.load offset=${4 * p} (i32.add (local.get $places) (i32.shl (local.get $pixel) (i32.const 2))))))`,
      ).join("\n      ")}

      ;; what these eight pixels need of the image, term by term
      (local.set $term (local.get $offsets))
      (local.set $end (i32.add (local.get $offsets) (i32.shl (local.get $terms) (i32.const 2))))
      (local.set $to (local.get $panel))
      (if (i32.eq (i32.sub (local.get $place7) (local.get $place0)) (i32.const 28))
        (then ;; they are neighbours
          (loop $copy
            (local.set $from (i32.add (local.get $place0) (i32.load (local.get $term))))
            (v128.store (local.get $to) (v128.load (local.get $from)))
            (v128.store offset=16 (local.get $to) (v128.load offset=16 (local.get $from)))
            (local.set $to (i32.add (local.get $to) (i32.const 32)))
            (br_if $copy (i32.lt_u
              (local.tee $term (i32.add (local.get $term) (i32.const 4))) (local.get $end)))))
        (else
          (loop $gather
            (local.set $from (i32.load (local.get $term)))
            ${PIXELS.map(
              (p) => `(f32.store offset=${4 * p} (local.get $to)
              (f32.load (i32.add (local.get $from) (local.get $place${p}))))`,
            ).join("\n            ")}
            (local.set $to (i32.add (local.get $to) (i32.const 32)))
            (br_if $gather (i32.lt_u
              (local.tee $term (i32.add (local.get $term) (i32.const 4))) (local.get $end))))))
      (local.set $end (local.get $to))

      (local.set $w (local.get $weights))
      (local.set $channel (i32.const 0))
      (local.set $row (i32.add (local.get $result) (i32.shl (local.get $pixel) (i32.const 2))))
      (loop $channels_
        (local.set $from (i32.add (local.get $bias) (i32.shl (local.get $channel) (i32.const 2))))
        ${CHANNELS.map(
          (c) =>
            `(local.set $sum${c}1 (local.tee $sum${c}0 (v128.load32_splat offset=${4 * c} (local.get $from))))`,
        ).join("\n        ")}
        (local.set $to (local.get $panel))
        (loop $terms_
          (local.set $left (v128.load (local.get $to)))
          (local.set $right (v128.load offset=16 (local.get $to)))
          ${CHANNELS.map(
            (c) => `(local.set $weight (v128.load32_splat offset=${4 * c} (local.get $w)))
          (local.set $sum${c}0 (f32x4.add (local.get $sum${c}0) (f32x4.mul (local.get $weight) (local.get $left))))
          (local.set $sum${c}1 (f32x4.add (local.get $sum${c}1) (f32x4.mul (local.get $weight) (local.get $right))))`,
          ).join("\n          ")}
          (local.set $w (i32.add (local.get $w) (i32.const ${4 * TILE.channels})))
          (br_if $terms_ (i32.lt_u
            (local.tee $to (i32.add (local.get $to) (i32.const 32))) (local.get $end))))
        ${CHANNELS.map(
          (c) => `(v128.store (local.get $row) (f32x4.pmax (local.get $sum${c}0) (local.get $least)))
        (v128.store offset=16 (local.get $row) (f32x4.pmax (local.get $sum${c}1) (local.get $least)))
        (local.set $row (i32.add (local.get $row) (local.get $stride)))`,
        ).join("\n        ")}
        (br_if $channels_ (i32.lt_u
          (local.tee $channel (i32.add (local.get $channel) (i32.const ${TILE.channels}))) (local.get $channels))))

      (br_if $pixels_ (i32.lt_u
        (local.tee $pixel (i32.add (local.get $pixel) (i32.const ${TILE.pixels}))) (local.get $pixels))))))
`;

/** Assemble it. */
export function assembleKernel(): Promise<Uint8Array> {
  return assemble("kernel.wat", TEXT);
}
