"""More shapes in which people around the world draw digits quickly, each easily taken for another character.

A 1 is all upstroke, or a bent line; a 4 looks like an h, a y or a 9; a 5 like a root sign; a 7 like a plus or an f;
a 9 like a P or an 8 that was left open. Points are as in `synthesis.shapes.drawn_digits`.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from shuzi.synthesis.shapes.drawn_digits import SHAPES, Shape, Strokes, around
from shuzi.synthesis.shapes.hasty_digits import HASTY


def _tailed_zero(rng: np.random.Generator) -> Strokes:
    """End with a stroke to the right, at the top."""
    wide, start = rng.uniform(0.26, 0.46), rng.uniform(0.14, 0.3)
    ring = around((wide, 0.5), (wide, 0.5), start, 1.0, 10)
    x, y = ring[-1]
    tail = (x + rng.uniform(0.15, 0.5), y + rng.uniform(-0.1, 0.1))
    return [[*ring, ring[-1], tail] if rng.random() < 0.7 else [*ring, tail]]


def _open_zero(rng: np.random.Generator) -> Strokes:
    """Stop short of the start."""
    wide = rng.uniform(0.24, 0.46)
    return [around((wide, 0.5), (wide, 0.5), rng.uniform(0.08, 0.35), rng.uniform(0.86, 1.0), 9)]


def _long_one(rng: np.random.Generator) -> Strokes:
    """Begin with an upstroke up to as long as the stem."""
    low, apex = rng.uniform(0.4, 0.95), (rng.uniform(0.12, 0.5), 0.0)
    bend = (apex[0] * rng.uniform(0.45, 0.75), low * rng.uniform(0.4, 0.6))
    foot = apex[0] + rng.uniform(-0.08, 0.12)
    strokes = [[(0.0, low), bend, apex, apex, (foot, 1.0)]]
    return [*strokes, [(foot - 0.2, 1.0), (foot + 0.22, 1.0)]] if rng.random() < 0.12 else strokes


def _flat_one(rng: np.random.Generator) -> Strokes:
    """Begin the upstroke flat and far to the left, from half height to the foot."""
    low, right = rng.uniform(0.32, 0.9), rng.uniform(0.4, 1.0)
    apex = (right, 0.0)
    flat = (right * rng.uniform(0.3, 0.6), low + rng.uniform(-0.05, 0.1))
    steep = (right * rng.uniform(0.72, 0.88), low * rng.uniform(0.35, 0.6))
    return [[(0.0, low + rng.uniform(-0.12, 0.05)), flat, steep, apex, apex, (right + rng.uniform(-0.1, 0.1), 1.0)]]


def _script_one(rng: np.random.Generator) -> Strokes:
    """Begin on the line or near it, as in joined writing, and rise in a bow to the top."""
    low, right = rng.uniform(0.78, 1.02), rng.uniform(0.35, 0.95)
    apex, foot = (right, 0.0), right + rng.uniform(-0.15, 0.06)
    bow = [
        (right * rng.uniform(0.35, 0.5), low - rng.uniform(0.02, 0.2)),
        (right * rng.uniform(0.7, 0.85), low * 0.45),
    ]
    strokes = [[(0.0, low), *bow, apex, apex, (foot, 1.0)]]
    return [*strokes, [(foot - 0.2, 1.0), (foot + 0.22, 1.0)]] if rng.random() < 0.1 else strokes


def _thin_one(rng: np.random.Generator) -> Strokes:
    lean, bend = rng.uniform(-0.05, 0.12), rng.normal(0, 0.02)
    return [[(lean, 0.0), (lean / 2 + bend, 0.5), (0.0, 1.0)]]


def _curved_one(rng: np.random.Generator) -> Strokes:
    """Draw one bent line, often with a foot to the left."""
    top, foot = rng.uniform(0.1, 0.3), rng.uniform(0.0, 0.15)
    bent = [(top, 0.0), (top + rng.uniform(-0.06, 0.06), 0.35), (rng.uniform(0.08, 0.2), 0.75)]
    return [[*bent, (foot + 0.04, 0.97), (foot - rng.uniform(0.02, 0.1), 1.0)] if rng.random() < 0.6 else
            [*bent, (foot, 1.0)]]  # fmt: skip


def _looped_one(rng: np.random.Generator) -> Strokes:
    """Turn at the top in a narrow loop: the upstroke and the stem nearly touch."""
    low, apex, wide = rng.uniform(0.35, 0.95), rng.uniform(0.15, 0.35), rng.uniform(0.02, 0.07)
    top = [(apex - wide, 0.14), (apex, 0.0), (apex + wide, 0.14)]
    return [[(0.0, low), (apex * 0.55, low * 0.6), *top, (apex + rng.uniform(-0.08, 0.06), 1.0)]]


def _z_two(rng: np.random.Generator) -> Strokes:
    corner, right = (rng.uniform(0.0, 0.1), rng.uniform(0.92, 1.0)), rng.uniform(0.4, 0.65)
    head = [(0.02, rng.uniform(0.1, 0.28)), (right * 0.5, 0.0), (right, rng.uniform(0.08, 0.2))]
    return [[*head, corner, corner, (rng.uniform(0.5, 0.95), rng.uniform(0.9, 1.03))]]


def _round_three(rng: np.random.Generator) -> Strokes:
    """Draw two bows that meet in a point or a small loop."""
    right, waist = rng.uniform(0.45, 0.65), rng.uniform(0.38, 0.52)
    upper = [(0.0, rng.uniform(0.05, 0.2)), (right * 0.5, 0.0), (right * 0.95, waist * 0.5)]
    meet = (rng.uniform(0.15, 0.35), waist)
    lower = [(right * 1.05, 0.74), (right * 0.5, 1.0), (-0.02, rng.uniform(0.8, 0.95))]
    return [[*upper, meet, meet, *lower] if rng.random() < 0.7 else
            [*upper, meet, (meet[0] - 0.06, waist + 0.05), (meet[0] + 0.05, waist + 0.03), *lower]]  # fmt: skip


def _h_four(rng: np.random.Generator) -> Strokes:
    """Draw an L, and a stem that begins at the bar or little above it."""
    low, right = rng.uniform(0.4, 0.68), rng.uniform(0.35, 0.7)
    corner, end = (rng.uniform(0.0, 0.08), low), (right + rng.uniform(0.0, 0.25), low - rng.uniform(0.0, 0.14))
    stem = [(right + rng.uniform(-0.02, 0.06), low - rng.uniform(0.02, 0.35)), (right - rng.uniform(0.0, 0.12), 1.0)]
    return [[(rng.uniform(0.02, 0.2), 0.0), corner, corner, end], stem]


def _arched_four(rng: np.random.Generator) -> Strokes:
    """Go over an arch into the stem, as an h whose left side is cut short."""
    low, right = rng.uniform(0.6, 0.8), rng.uniform(0.35, 0.6)
    arch = [(right * 0.6, low - rng.uniform(0.14, 0.3)), (right, low - rng.uniform(0.0, 0.14))]
    corner = (rng.uniform(0.0, 0.06), low)
    return [[(rng.uniform(0.02, 0.16), 0.0), corner, corner, *arch, (right - rng.uniform(-0.04, 0.08), 1.0)]]


def _y_four(rng: np.random.Generator) -> Strokes:
    """Go down, around and up into the stem, as a y does."""
    right, low, top = rng.uniform(0.35, 0.6), rng.uniform(0.4, 0.6), rng.uniform(-0.05, 0.15)
    bowl = [(rng.uniform(-0.05, 0.08), rng.uniform(0.0, 0.12)), (0.02, low * 0.65), (right * 0.4, low)]
    up, foot = (right, top), (right - rng.uniform(-0.05, 0.2), 1.0)
    return [[*bowl, (right * 0.85, low * 0.75), up, up, foot]]


def _nine_four(rng: np.random.Generator) -> Strokes:
    """Draw a closed triangle whose stem begins inside or at its tip."""
    low, right = rng.uniform(0.5, 0.7), rng.uniform(0.4, 0.62)
    corner, end = (0.0, low), (right + rng.uniform(0.05, 0.35), low + rng.uniform(-0.08, 0.05))
    stem = [(right + rng.uniform(-0.05, 0.06), rng.uniform(0.0, 0.3)), (right - rng.uniform(0.0, 0.12), 1.0)]
    return [[(right - rng.uniform(-0.02, 0.12), 0.0), corner, corner, end], stem]


def _nearly_closed_four(rng: np.random.Generator) -> Strokes:
    """Lean the first stroke so that its top nearly touches the stem."""
    low, right, gap = rng.uniform(0.45, 0.68), rng.uniform(0.35, 0.6), rng.uniform(0.02, 0.16)
    corner, end = (rng.uniform(0.0, 0.06), low), (right + rng.uniform(0.0, 0.3), low + rng.uniform(-0.12, 0.04))
    bulge = (right * rng.uniform(0.1, 0.4), low * 0.5)
    stem = [(right + rng.uniform(0.0, 0.1), rng.uniform(-0.08, 0.12)), (right - rng.uniform(0.0, 0.12), 1.0)]
    return [[(right - gap, rng.uniform(0.0, 0.12)), bulge, corner, corner, end], stem]


def _g_four(rng: np.random.Generator) -> Strokes:
    """Round the first stroke, as a G: the stem begins at its bar or little above it."""
    low, right = rng.uniform(0.5, 0.7), rng.uniform(0.38, 0.6)
    first = [(right * rng.uniform(0.3, 0.8), 0.0), (0.08, low * 0.5), (0.0, low * 0.9), (right * 0.4, low)]
    bar = (right + rng.uniform(0.0, 0.2), low - rng.uniform(0.02, 0.15))
    stem = [(right, low - rng.uniform(0.0, 0.3)), (right - rng.uniform(0.0, 0.12), 1.0)]
    return [[*first, bar], stem]


def _root_five(rng: np.random.Generator) -> Strokes:
    """Draw a root sign: a short stroke down, a long one up, and a bar to the right."""
    foot, top = (rng.uniform(0.12, 0.32), 1.0), (rng.uniform(0.3, 0.52), rng.uniform(0.0, 0.15))
    start = (0.0, rng.uniform(0.45, 0.92))
    bar = (top[0] + rng.uniform(0.15, 0.65), top[1] + rng.uniform(-0.18, 0.08))
    down = [start, foot, foot] if rng.random() < 0.6 else [start, (foot[0] * 0.5, 1.0), foot]
    return [[*down, top, top, bar]]


def _narrow_five(rng: np.random.Generator) -> Strokes:
    """Draw a narrow s with a bar on top."""
    left, right = rng.uniform(0.1, 0.25), rng.uniform(0.3, 0.5)
    hat = (left + rng.uniform(0.2, 0.6), rng.uniform(-0.12, 0.06))
    corner, neck = (left + 0.03, rng.uniform(0.02, 0.08)), (left, rng.uniform(0.3, 0.45))
    body = [(right, neck[1] + 0.15), (right - 0.03, 0.88), (0.0, rng.uniform(0.88, 1.0))]
    return [[hat, corner, corner, neck, neck, *body] if rng.random() < 0.6 else [hat, corner, corner, neck, *body]]


def _bar_five(rng: np.random.Generator) -> Strokes:
    """Draw a wide bar on top, in one stroke with the body or last."""
    left, neck = rng.uniform(0.1, 0.25), rng.uniform(0.35, 0.5)
    corner, bend = (left + rng.uniform(0.0, 0.08), rng.uniform(0.0, 0.08)), (left - 0.02, neck)
    hat = (left + rng.uniform(0.4, 0.9), corner[1] + rng.uniform(-0.1, 0.05))
    body = [(0.42, neck - 0.02), (rng.uniform(0.5, 0.65), 0.7), (0.35, 1.0), (0.0, rng.uniform(0.86, 0.98))]
    if rng.random() < 0.6:
        return [[hat, corner, corner, bend, bend, *body]]
    return [[corner, bend, bend, *body], [(corner[0] + rng.uniform(-0.04, 0.1), corner[1]), hat]]


def _flat_topped_five(rng: np.random.Generator) -> Strokes:
    """Draw hardly any neck: the bar lies on the bowl."""
    left, neck = rng.uniform(0.0, 0.15), rng.uniform(0.12, 0.3)
    hat = (left + rng.uniform(0.4, 0.8), rng.uniform(-0.06, 0.06))
    corner = (left + rng.uniform(0.0, 0.06), rng.uniform(0.0, 0.08))
    body = [(0.35, neck + 0.05), (rng.uniform(0.45, 0.65), 0.6), (0.3, 0.97), (-0.05, rng.uniform(0.85, 1.0))]
    return [[hat, corner, corner, (left, neck), (left, neck), *body]]


def _curled_six(rng: np.random.Generator) -> Strokes:
    """Draw one spiral."""
    right, low = rng.uniform(0.4, 0.6), rng.uniform(0.45, 0.62)
    return [[(rng.uniform(0.2, 0.7), 0.0), (0.06, 0.45), (0.04, 0.82), (right * 0.5, 1.0), (right, 0.8),
             (right * 0.55, low), (rng.uniform(0.03, 0.2), low + rng.uniform(0.08, 0.2))]]  # fmt: skip


def _cross_seven(rng: np.random.Generator) -> Strokes:
    """Draw a stem with a bar, and of the top only a hook."""
    top, foot = (rng.uniform(0.3, 0.45), 0.0), (rng.uniform(0.15, 0.38), 1.0)
    hook = (top[0] - rng.uniform(0.05, 0.25), rng.uniform(0.0, 0.16))
    row = rng.uniform(0.35, 0.72)
    middle = top[0] + (foot[0] - top[0]) * row
    bar = [(middle - rng.uniform(0.18, 0.4), row + rng.uniform(-0.02, 0.1)),
           (middle + rng.uniform(0.15, 0.42), row + rng.uniform(-0.1, 0.02))]  # fmt: skip
    return [[hook, top, top, foot], bar]


def _wave_seven(rng: np.random.Generator) -> Strokes:
    """Draw the top as a wave that begins with a hook, and a bar or none."""
    right, dip = rng.uniform(0.45, 0.75), rng.uniform(0.06, 0.18)
    foot, row = (rng.uniform(0.1, 0.4), 1.0), rng.uniform(0.42, 0.75)
    corner = (right, rng.uniform(-0.06, 0.06))
    wave = [(0.0, rng.uniform(0.12, 0.3)), (right * 0.25, 0.0), (right * 0.6, dip), corner, corner]
    middle = right + (foot[0] - right) * row
    bar = [(middle - rng.uniform(0.15, 0.35), row + rng.uniform(-0.02, 0.06)),
           (middle + rng.uniform(0.15, 0.35), row + rng.uniform(-0.06, 0.04))]  # fmt: skip
    strokes = [[*wave, (middle - rng.uniform(0.0, 0.06), row), foot]]
    return [*strokes, bar] if rng.random() < 0.75 else strokes


def _small_top_eight(rng: np.random.Generator) -> Strokes:
    """Begin at the upper right; the upper ring is smaller, and the end may stand out."""
    waist, wide, upper = rng.uniform(0.32, 0.48), rng.uniform(0.22, 0.34), rng.uniform(0.14, 0.24)
    start = (0.3 + upper + rng.uniform(0.0, 0.16), rng.uniform(-0.08, 0.1))
    down = [(0.3, 0.0), (0.3 - upper, waist * 0.45), (0.3, waist), (0.3 + wide, 0.72)]
    up = [(0.3, 1.0), (0.3 - wide, 0.74), (0.3, waist), (0.3 + upper, waist * 0.5)]
    return [[start, *down, *up, (start[0] + rng.uniform(-0.12, 0.08), start[1] + rng.uniform(-0.08, 0.08))]]


def _p_nine(rng: np.random.Generator) -> Strokes:
    """Draw a stem on the left with a bowl to its right, as a P."""
    low, right = rng.uniform(0.36, 0.54), rng.uniform(0.25, 0.6)
    foot, top = (rng.uniform(-0.1, 0.1), 1.0), (rng.uniform(0.0, 0.08), rng.uniform(0.0, 0.1))
    bowl = [(right * 0.6, 0.0), (right, low * 0.45), (right * 0.6, low), (rng.uniform(0.0, 0.1), low)]
    if rng.random() < 0.5:
        return [[foot, top, top, *bowl]]
    return [[top, foot], [(top[0], top[1] + rng.uniform(-0.05, 0.08)), *bowl]]


def _e_nine(rng: np.random.Generator) -> Strokes:
    """Begin inside the head, go around it, and end with a slanted tail."""
    wide, high = rng.uniform(0.18, 0.28), rng.uniform(0.18, 0.26)
    ring = around((0.32, high), (wide, high), rng.uniform(0.0, 0.2), rng.uniform(0.85, 1.05), 8)
    tail = [(0.32 + wide, high), (0.3 + wide * 0.9, 0.62), (rng.uniform(0.05, 0.3), rng.uniform(0.9, 1.0))]
    return [[*ring, *tail]]


def _g_nine(rng: np.random.Generator) -> Strokes:
    """Draw a pointed head that begins with a stroke from the right, as a g."""
    right, low = rng.uniform(0.45, 0.65), rng.uniform(0.36, 0.5)
    start = (right + rng.uniform(-0.02, 0.15), rng.uniform(-0.03, 0.06))
    head = [(right * 0.5, 0.02), (0.0, low * 0.7), (right * 0.35, low), (right, rng.uniform(0.1, 0.25))]
    foot = [(right - 0.03, 0.6), (rng.uniform(0.0, 0.35), rng.uniform(0.88, 1.0))]
    return [[start, *head, head[-1], *foot]] if rng.random() < 0.5 else [[start, *head, *foot]]


def _round_nine(rng: np.random.Generator) -> Strokes:
    """Draw a small head and a long tail that turns up at its end."""
    wide, high = rng.uniform(0.16, 0.26), rng.uniform(0.16, 0.24)
    ring = around((0.32, high), (wide, high), rng.uniform(0.05, 0.15), 0.95, 9)
    tail = [(0.34 + wide, rng.uniform(0.45, 0.6)), (0.3 + wide * 0.6, 0.9), (0.2, 1.0)]
    return [[*ring, *tail, (rng.uniform(-0.05, 0.1), rng.uniform(0.82, 0.95))]]


def _nine_like_an_open_eight(rng: np.random.Generator) -> Strokes:
    """Cross below the head and stop on the way around the foot."""
    right, waist = rng.uniform(0.4, 0.6), rng.uniform(0.36, 0.5)
    head = [(right, 0.15), (right * 0.5, 0.0), (0.0, waist * 0.5), (right * 0.4, waist), (right, waist * 0.4)]
    foot = [(right * 0.85, 0.65), (right * 0.4, 1.0), (rng.uniform(-0.05, 0.08), rng.uniform(0.72, 0.95))]
    return [[*head, *foot]]


def _open_nine(rng: np.random.Generator) -> Strokes:
    """Draw the head as a c, and a stem beside it or through its ends."""
    right, low = rng.uniform(0.38, 0.58), rng.uniform(0.36, 0.5)
    head = [(right, rng.uniform(0.02, 0.14)), (right * 0.45, 0.0), (0.0, low * 0.55), (right * 0.4, low)]
    end, foot = (right, low - rng.uniform(0.05, 0.2)), (right - rng.uniform(0.0, 0.3), 1.0)
    if rng.random() < 0.5:
        return [[*head, end, (right - 0.02, 0.6), foot]]
    return [[*head, end], [(right + rng.uniform(-0.03, 0.1), rng.uniform(0.0, 0.15)), (right, 0.5), foot]]


_MORE: Mapping[int, tuple[Shape, ...]] = {
    0: (_tailed_zero, _open_zero),
    1: (_long_one, _flat_one, _script_one, _thin_one, _curved_one, _looped_one),
    2: (_z_two,),
    3: (_round_three,),
    4: (_h_four, _arched_four, _y_four, _nine_four, _nearly_closed_four, _g_four),
    5: (_root_five, _narrow_five, _bar_five, _flat_topped_five),
    6: (_curled_six,),
    7: (_cross_seven, _wave_seven),
    8: (_small_top_eight,),
    9: (_p_nine, _e_nine, _g_nine, _round_nine, _open_nine, _nine_like_an_open_eight),
}

WORLD: Mapping[int, tuple[Shape, ...]] = {
    digit: (*shapes, *_MORE.get(digit, ()), *HASTY.get(digit, ())) for digit, shapes in SHAPES.items()
}
"""For each digit, all shapes that code draws."""
