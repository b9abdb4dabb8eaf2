;; The loops over all pixels of a picture. In JavaScript each takes several times as long, and a page's first picture,
;; which the browser has not optimised for yet, many times as long.
;;
;; Pixels are bytes, row by row; every address is in bytes. What is written never overlaps what is read.
(module
  (import "page" "memory" (memory 1))

  ;; counts[p] (uint32, 4 tables of 256) of how often each level is there, four pixels at a time: each has a table of
  ;; its own, since neighbours are often alike, and adding to the same number again has to wait for the last time
  (func (export "count") (param $at i32) (param $end i32) (param $counts i32)
    (local $four i32) (local $place i32)
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $four (i32.load (local.get $at)))
        (local.set $place (i32.add (local.get $counts) (i32.shl (i32.and (local.get $four) (i32.const 255)) (i32.const 2))))
        (i32.store (local.get $place) (i32.add (i32.load (local.get $place)) (i32.const 1)))
        (local.set $place (i32.add (local.get $counts)
          (i32.shl (i32.and (i32.shr_u (local.get $four) (i32.const 8)) (i32.const 255)) (i32.const 2))))
        (i32.store offset=1024 (local.get $place) (i32.add (i32.load offset=1024 (local.get $place)) (i32.const 1)))
        (local.set $place (i32.add (local.get $counts)
          (i32.shl (i32.and (i32.shr_u (local.get $four) (i32.const 16)) (i32.const 255)) (i32.const 2))))
        (i32.store offset=2048 (local.get $place) (i32.add (i32.load offset=2048 (local.get $place)) (i32.const 1)))
        (local.set $place (i32.add (local.get $counts) (i32.shl (i32.shr_u (local.get $four) (i32.const 24)) (i32.const 2))))
        (i32.store offset=3072 (local.get $place) (i32.add (i32.load offset=3072 (local.get $place)) (i32.const 1)))
        (local.set $at (i32.add (local.get $at) (i32.const 4)))
        (br $next))))

  ;; the brightness (ITU-R 601) of pixels of red, green, blue and transparency, rounded as Pillow rounds; four at a time
  (func (export "brightness") (param $colours i32) (param $end i32) (param $result i32)
    (local $four v128) (local $byte v128)
    (local.set $byte (i32x4.splat (i32.const 255)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $colours) (local.get $end)))
        (local.set $four (v128.load (local.get $colours)))
        (local.set $four (i32x4.shr_u
          (i32x4.add
            (i32x4.add
              (i32x4.mul (v128.and (local.get $four) (local.get $byte)) (i32x4.splat (i32.const 19595)))
              (i32x4.mul (v128.and (i32x4.shr_u (local.get $four) (i32.const 8)) (local.get $byte))
                (i32x4.splat (i32.const 38470))))
            (i32x4.add
              (i32x4.mul (v128.and (i32x4.shr_u (local.get $four) (i32.const 16)) (local.get $byte))
                (i32x4.splat (i32.const 7471)))
              (i32x4.splat (i32.const 32768))))
          (i32.const 16)))
        (v128.store32_lane 0 (local.get $result)
          (i8x16.shuffle 0 4 8 12 0 0 0 0 0 0 0 0 0 0 0 0 (local.get $four) (local.get $four)))
        (local.set $colours (i32.add (local.get $colours) (i32.const 16)))
        (local.set $result (i32.add (local.get $result) (i32.const 4)))
        (br $next))))

  ;; each pixel becomes what a table of 256 bytes says; may be in place
  (func (export "change") (param $at i32) (param $end i32) (param $table i32)
    (local $four i32)
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $four (i32.load (local.get $at)))
        (i32.store (local.get $at)
          (i32.or
            (i32.or
              (i32.load8_u (i32.add (local.get $table) (i32.and (local.get $four) (i32.const 255))))
              (i32.shl (i32.load8_u (i32.add (local.get $table)
                (i32.and (i32.shr_u (local.get $four) (i32.const 8)) (i32.const 255)))) (i32.const 8)))
            (i32.or
              (i32.shl (i32.load8_u (i32.add (local.get $table)
                (i32.and (i32.shr_u (local.get $four) (i32.const 16)) (i32.const 255)))) (i32.const 16))
              (i32.shl (i32.load8_u (i32.add (local.get $table)
                (i32.shr_u (local.get $four) (i32.const 24)))) (i32.const 24)))))
        (local.set $at (i32.add (local.get $at) (i32.const 4)))
        (br $next))))

  ;; paper = paper - ink, not below 0
  (func (export "subtract") (param $paper i32) (param $end i32) (param $ink i32)
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $paper) (local.get $end)))
        (v128.store (local.get $paper) (i8x16.sub_sat_u (v128.load (local.get $paper)) (v128.load (local.get $ink))))
        (local.set $paper (i32.add (local.get $paper) (i32.const 16)))
        (local.set $ink (i32.add (local.get $ink) (i32.const 16)))
        (br $next))))

  ;; how many levels in a row are least or more
  (func (export "atLeast") (param $at i32) (param $end i32) (param $least i32) (result i32)
    (local $bound v128) (local $found i32)
    (local.set $bound (i8x16.splat (local.get $least)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $found (i32.add (local.get $found) (i32.popcnt (i8x16.bitmask
          (i8x16.ge_u (v128.load (local.get $at)) (local.get $bound))))))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (br $next)))
    (local.get $found))

  ;; the sum of levels
  (func (export "total") (param $at i32) (param $end i32) (result i32)
    (local $sums v128)
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $sums (i32x4.add (local.get $sums) (i32x4.extadd_pairwise_i16x8_u
          (i16x8.extadd_pairwise_i8x16_u (v128.load (local.get $at))))))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (br $next)))
    (i32.add
      (i32.add (i32x4.extract_lane 0 (local.get $sums)) (i32x4.extract_lane 1 (local.get $sums)))
      (i32.add (i32x4.extract_lane 2 (local.get $sums)) (i32x4.extract_lane 3 (local.get $sums)))))

  ;; sums[s] (uint32) of how often each sum of 3x3 pixels is there in a row, without its two ends
  (func (export "sumSquares") (param $above i32) (param $row i32) (param $below i32) (param $width i32) (param $sums i32)
    (local $left i32) (local $middle i32) (local $right i32) (local $x i32) (local $place i32)
    (local.set $left (call $column (local.get $above) (local.get $row) (local.get $below) (i32.const 0)))
    (local.set $middle (call $column (local.get $above) (local.get $row) (local.get $below) (i32.const 1)))
    (local.set $x (i32.const 2))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $x) (local.get $width)))
        (local.set $right (call $column (local.get $above) (local.get $row) (local.get $below) (local.get $x)))
        (local.set $place (i32.add (local.get $sums) (i32.shl
          (i32.add (i32.add (local.get $left) (local.get $middle)) (local.get $right)) (i32.const 2))))
        (i32.store (local.get $place) (i32.add (i32.load (local.get $place)) (i32.const 1)))
        (local.set $left (local.get $middle))
        (local.set $middle (local.get $right))
        (local.set $x (i32.add (local.get $x) (i32.const 1)))
        (br $next))))

  (func $column (param $above i32) (param $row i32) (param $below i32) (param $x i32) (result i32)
    (i32.add
      (i32.add
        (i32.load8_u (i32.add (local.get $above) (local.get $x)))
        (i32.load8_u (i32.add (local.get $row) (local.get $x))))
      (i32.load8_u (i32.add (local.get $below) (local.get $x)))))

  ;; Numbers pixels of `least` or more, so that those that touch have the same root; returns the first free number.
  ;; `labels` (int32) have a column and a row more on every side, and all are 0 at first. parents[number] leads to the
  ;; root. starts[row] and ends[row] tell where what was numbered begins and ends.
  (func (export "label")
    (param $pixels i32) (param $labels i32) (param $width i32) (param $height i32) (param $least i32)
    (param $parents i32) (param $starts i32) (param $ends i32) (result i32)
    (local $bound v128) (local $count i32) (local $x i32) (local $found i32) (local $rest i32) (local $line i32)
    (local $here i32) (local $above i32) (local $label i32) (local $left i32) (local $right i32)
    (local.set $bound (i8x16.splat (local.get $least)))
    (local.set $count (i32.const 1))
    (local.set $line (i32.shl (i32.add (local.get $width) (i32.const 2)) (i32.const 2)))
    (local.set $labels (i32.add (local.get $labels) (i32.add (local.get $line) (i32.const 4))))
    (block $over
      (loop $row
        (br_if $over (i32.eqz (local.get $height)))
        (local.set $x (i32.const 0))
        (block $end
          (loop $next
            (br_if $end (i32.ge_u (local.get $x) (local.get $width)))
            (local.set $found (i8x16.bitmask (i8x16.ge_u
              (v128.load (i32.add (local.get $pixels) (local.get $x))) (local.get $bound))))
            (if (i32.eqz (local.get $found))
              (then
                (local.set $x (i32.add (local.get $x) (i32.const 16)))
                (br $next)))
            (local.set $x (i32.add (local.get $x) (i32.ctz (local.get $found))))
            (br_if $end (i32.ge_u (local.get $x) (local.get $width)))
            (if (i32.eqz (i32.load (local.get $ends)))
              (then (i32.store (local.get $starts) (local.get $x))))
            (local.set $here (i32.add (local.get $labels) (i32.shl (local.get $x) (i32.const 2))))
            (local.set $above (i32.sub (local.get $here) (local.get $line)))
            (local.set $label (i32.load (local.get $above)))
            ;; if there is ink above, what is beside that has joined it already
            (if (i32.eqz (local.get $label))
              (then
                (local.set $right (i32.load offset=4 (local.get $above)))
                (local.set $left (i32.load (i32.sub (local.get $here) (i32.const 4))))
                (if (i32.eqz (local.get $left))
                  (then (local.set $left (i32.load (i32.sub (local.get $above) (i32.const 4))))))
                (local.set $label (local.get $left))
                (if (local.get $right)
                  (then
                    (local.set $label (local.get $right))
                    (if (local.get $left)
                      (then (call $join (local.get $parents) (local.get $right) (local.get $left))))))
                (if (i32.eqz (local.get $label))
                  (then
                    (local.set $label (local.get $count))
                    (local.set $count (i32.add (local.get $count) (i32.const 1)))
                    (i32.store (i32.add (local.get $parents) (i32.shl (local.get $label) (i32.const 2)))
                      (local.get $label))))))
            (i32.store (local.get $here) (local.get $label))
            (local.set $x (i32.add (local.get $x) (i32.const 1)))
            (i32.store (local.get $ends) (local.get $x))
            (br $next)))
        (local.set $pixels (i32.add (local.get $pixels) (local.get $width)))
        (local.set $labels (i32.add (local.get $labels) (local.get $line)))
        (local.set $starts (i32.add (local.get $starts) (i32.const 4)))
        (local.set $ends (i32.add (local.get $ends) (i32.const 4)))
        (local.set $height (i32.sub (local.get $height) (i32.const 1)))
        (br $row)))
    (local.get $count))

  (func $root (param $parents i32) (param $label i32) (result i32)
    (local $place i32) (local $parent i32)
    (loop $up
      (local.set $place (i32.add (local.get $parents) (i32.shl (local.get $label) (i32.const 2))))
      (local.set $parent (i32.load (local.get $place)))
      (if (i32.ne (local.get $parent) (local.get $label))
        (then
          ;; half of the way is left for the next time
          (local.set $label (i32.load (i32.add (local.get $parents) (i32.shl (local.get $parent) (i32.const 2)))))
          (i32.store (local.get $place) (local.get $label))
          (br $up))))
    (local.get $label))

  ;; the smaller root becomes that of both
  (func $join (param $parents i32) (param $one i32) (param $other i32)
    (local.set $one (call $root (local.get $parents) (local.get $one)))
    (local.set $other (call $root (local.get $parents) (local.get $other)))
    (if (i32.lt_u (local.get $one) (local.get $other))
      (then (i32.store (i32.add (local.get $parents) (i32.shl (local.get $other) (i32.const 2))) (local.get $one)))
      (else (i32.store (i32.add (local.get $parents) (i32.shl (local.get $one) (i32.const 2))) (local.get $other)))))

  ;; sums (float64) + weight * pixels, four at a time
  (func (export "accumulate") (param $pixels i32) (param $end i32) (param $weight f64) (param $sums i32)
    (local $four v128) (local $weights v128)
    (local.set $weights (f64x2.splat (local.get $weight)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $pixels) (local.get $end)))
        (local.set $four (i32x4.extend_low_i16x8_u (i16x8.extend_low_i8x16_u (v128.load32_zero (local.get $pixels)))))
        (v128.store (local.get $sums) (f64x2.add (v128.load (local.get $sums))
          (f64x2.mul (local.get $weights) (f64x2.convert_low_i32x4_u (local.get $four)))))
        (v128.store offset=16 (local.get $sums) (f64x2.add (v128.load offset=16 (local.get $sums))
          (f64x2.mul (local.get $weights) (f64x2.convert_low_i32x4_u
            (i8x16.shuffle 8 9 10 11 12 13 14 15 8 9 10 11 12 13 14 15 (local.get $four) (local.get $four))))))
        (local.set $pixels (i32.add (local.get $pixels) (i32.const 4)))
        (local.set $sums (i32.add (local.get $sums) (i32.const 32)))
        (br $next))))

  ;; levels between the two values (float64) of a row at each of `from` (int32), by two weights (float64) each; they
  ;; are rounded to float32 first, as OpenCV does, and then to whole levels
  (func (export "between") (param $row i32) (param $from i32) (param $weights i32) (param $result i32) (param $end i32)
    (local $place i32)
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $result) (local.get $end)))
        (local.set $place (i32.add (local.get $row) (i32.shl (i32.load (local.get $from)) (i32.const 3))))
        (i32.store8 (local.get $result) (i32.trunc_sat_f64_u (f64.add (f64.const 0.5)
          (f64.promote_f32 (f32.demote_f64 (f64.add
            (f64.mul (f64.load (local.get $weights)) (f64.load (local.get $place)))
            (f64.mul (f64.load offset=8 (local.get $weights)) (f64.load offset=8 (local.get $place)))))))))
        (local.set $from (i32.add (local.get $from) (i32.const 4)))
        (local.set $weights (i32.add (local.get $weights) (i32.const 16)))
        (local.set $result (i32.add (local.get $result) (i32.const 1)))
        (br $next)))))
