"""Shapes of digits in haste, each easily taken for a letter or another digit.

A 1 rises from the line or begins with a hook; a 4 looks like a u or an h; the bowl of a 6 ends across its stem; a 9
looks like an s, or a 3 whose head is left open. Points are as in `synthesis.shapes.drawn_digits`.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from shuzi.synthesis.shapes.drawn_digits import Shape, Strokes, around


def _hooked_one(rng: np.random.Generator) -> Strokes:
    """Begin with a short stroke down into a flat upstroke."""
    low, right = rng.uniform(0.35, 0.85), rng.uniform(0.35, 0.9)
    hook = [(0.0, low - rng.uniform(0.05, 0.2)), (right * 0.12, low), (right * 0.45, low - rng.uniform(0.0, 0.1))]
    apex = (right, 0.0)
    return [[*hook, (right * 0.82, low * 0.42), apex, apex, (right + rng.uniform(-0.12, 0.1), 1.0)]]


def _joined_one(rng: np.random.Generator) -> Strokes:
    """Come from the digit before, along the line and up to the top."""
    right, lead = rng.uniform(0.25, 0.6), rng.uniform(0.05, 0.3)
    apex = (right, 0.0)
    rise = [(0.0, rng.uniform(0.92, 1.02)), (right * 0.45, rng.uniform(0.5, 0.65))]
    strokes = [[(-lead, rng.uniform(0.92, 1.04)), *rise, apex, apex, (right + rng.uniform(-0.12, 0.12), 1.0)]]
    if rng.random() < 0.25:  # then continue to the next digit
        strokes[0].append((strokes[0][-1][0] + rng.uniform(0.05, 0.25), rng.uniform(0.88, 1.0)))
    return strokes


def _caret_one(rng: np.random.Generator) -> Strokes:
    """Draw two straight lines that lean against each other."""
    low, right = rng.uniform(0.55, 1.0), rng.uniform(0.2, 0.55)
    apex = (right, 0.0)
    return [[(0.0, low), apex, apex, (right + rng.uniform(0.02, 0.35), 1.0)]]


def _u_four(rng: np.random.Generator) -> Strokes:
    """Draw a u whose right side reaches hardly below its bowl."""
    low, right, left = rng.uniform(0.6, 0.92), rng.uniform(0.35, 0.65), rng.uniform(-0.04, 0.1)
    bowl = [(left, rng.uniform(0.0, 0.15)), (0.0, low * 0.6), (right * 0.35, low), (right * 0.8, low * 0.8)]
    top = (right, rng.uniform(-0.05, 0.15))
    return [[*bowl, top, top, (right - rng.uniform(-0.06, 0.12), 1.0)]]


def _tall_h_four(rng: np.random.Generator) -> Strokes:
    """Draw an h: the left side reaches nearly as low as the stem."""
    low, right = rng.uniform(0.76, 0.98), rng.uniform(0.3, 0.6)
    corner, rise = (rng.uniform(-0.05, 0.06), low), low - rng.uniform(0.25, 0.45)
    arch = [(right * 0.5, rise), (right, rise + rng.uniform(0.0, 0.12))]
    return [[(rng.uniform(0.02, 0.2), 0.0), corner, corner, *arch, (right - rng.uniform(-0.05, 0.08), 1.0)]]


def _crossing_six(rng: np.random.Generator) -> Strokes:
    """Begin with a long top, straight or flat; the bowl ends in a straight stroke back across the stem."""
    bend, right = (rng.uniform(0.08, 0.2), rng.uniform(0.04, 0.14)), rng.uniform(0.4, 0.6)
    start, end = (bend[0] + rng.uniform(0.35, 0.7), bend[1] - rng.uniform(0.0, 0.2)), rng.uniform(0.3, 0.46)
    bowl = [(rng.uniform(0.0, 0.06), 0.68), (right * 0.5, 1.0), (right, rng.uniform(0.78, 0.9))]
    back = [(right * 0.6, end + rng.uniform(0.08, 0.2)), (bend[0] - rng.uniform(0.05, 0.2), end)]
    return [[start, bend, *bowl, *back]]


def _open_headed_nine(rng: np.random.Generator) -> Strokes:
    """Begin left of the stem and never go back to the beginning, as a 3 with a small upper bow."""
    right, low = rng.uniform(0.4, 0.6), rng.uniform(0.3, 0.45)
    start = (right - rng.uniform(0.08, 0.28), rng.uniform(0.0, 0.14))
    head = [(right * 0.35, 0.0), (0.0, low * 0.55), (right * 0.4, low), (right * 0.9, low * 0.6)]
    foot = [(right, 0.6), (right * 0.5, 1.0), (rng.uniform(-0.1, 0.15), rng.uniform(0.82, 0.98))]
    turn = (right, rng.uniform(0.08, low * 0.6))
    return [[start, *head, turn, turn, *foot] if rng.random() < 0.5 else [start, *head, turn, *foot]]


def _s_nine(rng: np.random.Generator) -> Strokes:
    """Go from the head straight into the tail, as an s."""
    right, low = rng.uniform(0.38, 0.58), rng.uniform(0.34, 0.48)
    start = (right + rng.uniform(-0.05, 0.1), rng.uniform(0.0, 0.15))
    head = [(right * 0.5, 0.0), (0.0, low * 0.5), (right * 0.45, low), (right * 0.95, low * rng.uniform(0.4, 0.75))]
    return [[start, *head, (right, 0.65), (right * 0.6, 0.98), (rng.uniform(-0.1, 0.12), rng.uniform(0.85, 1.0))]]


def _rho_nine(rng: np.random.Generator) -> Strokes:
    """Close a round head, then go down from its left side, leaning."""
    wide, high = rng.uniform(0.2, 0.32), rng.uniform(0.2, 0.28)
    ring = around((wide, high), (wide, high), rng.uniform(0.5, 0.75), rng.uniform(0.9, 1.1), 9)
    foot = (rng.uniform(-0.25, 0.12), 1.0)
    stem = (rng.uniform(0.0, 0.1), rng.uniform(high, 1.8 * high))
    return [[*ring, stem, foot]] if rng.random() < 0.6 else [ring, [stem, (stem[0] - 0.02, 0.6), foot]]


HASTY: Mapping[int, tuple[Shape, ...]] = {
    1: (_hooked_one, _joined_one, _caret_one),
    4: (_u_four, _tall_h_four),
    6: (_crossing_six,),
    9: (_open_headed_nine, _s_nine, _rho_nine),
}
"""For some digits, the shapes of this module."""
