"""A label becomes a digit drawn as lines, in shapes from around the world that MNIST's writers seldom used.

MNIST was written in the United States. Elsewhere a 1 begins with a long upstroke, a 9 stands on a straight stem, a 4
stays open, a 2 begins with a loop, a 5 is one long curve. Whoever writes quickly draws digits that are easily taken
for letters or for each other. Each shape is a list of points that the pen passes, moved a little each time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.synthesis.pen import DIGIT, FINE, SHIFT, SIDE, UNIT, fixed

Strokes = list[list[tuple[float, float]]]
"""Points (x, y) of each stroke in a box about 1 high, y downwards; a repeated point is a corner."""

Shape = Callable[[np.random.Generator], Strokes]
"""Draws a digit in one of its shapes."""

_STRAY = 0.035  # of the height: the standard deviation of each point's displacement
_BETWEEN = 8  # points interpolated between two


def skeleton_field(
    rng: np.random.Generator, label: int, shapes: Sequence[Sequence[Shape]] | None = None
) -> NDArray[np.uint8]:
    """Draw a digit in one of its shapes as a distance field: uint8 (56, 56), as `distance_fields` makes it."""
    curves = drawn_curves(rng, label, shapes)
    points = np.concatenate(curves)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = DIGIT / max(high - low)
    lines = np.full((SIDE, SIDE), 255, np.uint8)
    for curve in curves:
        pixels = (curve - (low + high) / 2) * scale + SIDE / 2 - 0.5
        cv2.polylines(lines, [fixed(pixels)], False, 0, shift=SHIFT)
    distance = cv2.distanceTransform(lines, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return np.asarray(np.minimum(np.rint(distance * (UNIT / FINE)), 255), np.uint8)


def drawn_curves(
    rng: np.random.Generator, label: int, shapes: Sequence[Sequence[Shape]] | None = None
) -> list[NDArray[np.float64]]:
    """Draw a digit as the lines of a pen: float64 (k, 2) each, about 1 high, x before y, y downwards."""
    own = (shapes or SHAPES)[label]
    return curves_of(rng, own[int(rng.integers(len(own)))](rng))


def curves_of(rng: np.random.Generator, strokes: Strokes) -> list[NDArray[np.float64]]:
    """Move each point of a shape a little, and join them to the lines of a pen: float64 (k, 2) each."""
    moved = {point: np.array(point) + rng.normal(0, _STRAY, 2) for stroke in strokes for point in stroke}
    return [_curve([moved[point] for point in stroke]) for stroke in strokes]


def _curve(points: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Join points by a smooth curve (Catmull and Rom, 1974) that turns sharply at repeated points."""
    corners = [index for index in range(1, len(points)) if points[index] is points[index - 1]]
    parts = np.split(np.array(points), corners)
    return np.concatenate([_smooth(part) for part in parts])


def _smooth(points: NDArray[np.float64]) -> NDArray[np.float64]:
    if len(points) < 3:
        return points
    before, after = 2 * points[0] - points[1], 2 * points[-1] - points[-2]
    p = np.vstack([before, points, after])
    t = np.linspace(0, 1, _BETWEEN, endpoint=False)[:, None, None]
    p0, p1, p2, p3 = p[:-3], p[1:-2], p[2:-1], p[3:]
    between = p1 + t * (p2 - p0 + t * (2 * p0 - 5 * p1 + 4 * p2 - p3 + t * (3 * (p1 - p2) + p3 - p0))) / 2
    return np.vstack([between.swapaxes(0, 1).reshape(-1, 2), points[-1:]])


def around(
    middle: tuple[float, float], reach: tuple[float, float], start: float, turn: float, count: int = 9
) -> list[tuple[float, float]]:
    """Go anticlockwise around an ellipse for `turn` turns, from the angle `start` (0 is right, a quarter is up)."""
    angles = 2 * np.pi * (start + np.linspace(0, turn, count))
    x, y = middle[0] + reach[0] * np.cos(angles), middle[1] - reach[1] * np.sin(angles)
    return list(zip(x.tolist(), y.tolist(), strict=True))


def _closed_zero(rng: np.random.Generator) -> Strokes:
    """Overshoot the start, leaving a hook or a small loop at the top."""
    wide, start = rng.uniform(0.22, 0.42), rng.uniform(0.1, 0.3)
    loop = around((wide, 0.5), (wide, 0.5), start, 1.0, 10)
    x, y = loop[-1]
    return [[*loop, (x - rng.uniform(0.05, 0.3), y + rng.uniform(-0.08, 0.22))]]


def _zero_with_a_curl(rng: np.random.Generator) -> Strokes:
    """Start or end inside the ring."""
    wide, start = rng.uniform(0.28, 0.5), rng.uniform(0.0, 1.0)
    inner = around((wide, 0.5), (wide * 0.55, 0.28), start, rng.uniform(0.15, 0.4), 4)
    return [[*inner[:-1], *around((wide, 0.5), (wide, 0.5), start + 0.45, 1.0, 10)]]


def _one_with_upstroke(rng: np.random.Generator) -> Strokes:
    down = rng.uniform(0.2, 0.75)
    reach = rng.uniform(0.1, 0.22 + 0.5 * down)  # a wide, flat upstroke would make it a 7
    apex, foot = (reach, 0.0), (reach + rng.normal(0, 0.05), 1.0)
    bend = (reach * rng.uniform(0.4, 0.6), down * rng.uniform(0.45, 0.65))
    strokes = [[(0.0, down), bend, apex, apex, foot]]
    if rng.random() < 0.15:
        strokes.append([(reach - 0.2, 1.0), (reach + 0.2, 1.0)])
    return strokes


def _two_with_loop(rng: np.random.Generator) -> Strokes:
    """Draw a 2 from the left or inside of its head, which the stroke may cross; often with a loop at the foot."""
    head = rng.uniform(0.2, 0.3)
    turned = around((0.4, head), (rng.uniform(0.22, 0.36), head), rng.uniform(0.55, 0.75), -rng.uniform(0.75, 1.0), 7)
    foot, low = rng.uniform(0.0, 0.2), rng.uniform(0.85, 0.95)
    end = (rng.uniform(0.65, 1.0), rng.uniform(0.88, 1.05))
    if rng.random() < 0.5:
        return [[*turned, (0.35, 0.68), (foot, low), (foot, low), (0.4, low + 0.02), end]]
    small = rng.uniform(0.06, 0.12)
    return [
        [*turned, (0.38, 0.7), (foot + 0.1, 1.0), (foot, low), (foot + small, low - small), (0.5, low + 0.05), end]
    ]


def _three_with_flat_top(rng: np.random.Generator) -> Strokes:
    right, waist = rng.uniform(0.55, 0.8), rng.uniform(0.3, 0.45)
    bend, corner = (rng.uniform(0.2, 0.4), waist), (right, rng.uniform(-0.03, 0.08))
    belly = [(right * 0.8, waist + 0.08), (right + 0.05, 0.72), (right * 0.6, 1.0), (0.0, rng.uniform(0.8, 0.95))]
    return [[(0.0, 0.05), corner, corner, bend, bend, *belly]]


def _open_four(rng: np.random.Generator) -> Strokes:
    """Draw an L and a second, possibly short stroke across its foot."""
    low = rng.uniform(0.5, 0.85)
    corner, end = (rng.uniform(0.0, 0.15), low), (rng.uniform(0.4, 0.9), low + rng.uniform(-0.1, 0.05))
    across = end[0] - rng.uniform(-0.02, 0.3)
    top, bottom = low - rng.uniform(0.05, 0.45), low + rng.uniform(0.1, 0.5)
    first = [(corner[0] + rng.uniform(0.0, 0.45), 0.0), corner, corner, end]
    return [first, [(across + rng.uniform(0, 0.12), top), (across + rng.uniform(-0.1, 0.05), bottom)]]


def _four_in_one_stroke(rng: np.random.Generator) -> Strokes:
    """Go down, turn right, and go up into the stem."""
    low, right = rng.uniform(0.4, 0.65), rng.uniform(0.4, 0.65)
    top = (right + rng.uniform(0, 0.1), rng.uniform(0.0, 0.35))
    return [[(rng.uniform(0.0, 0.2), 0.0), (0.03, low - 0.1), (0.15, low + 0.03), (right, low - 0.12), top, top,
             (right + rng.uniform(-0.1, 0.05), 1.0)]]  # fmt: skip


def _long_five(rng: np.random.Generator) -> Strokes:
    """Draw a 5 as one long curve, like a stretched s."""
    left = rng.uniform(0.1, 0.35)
    top = (left + rng.uniform(0.1, 0.55), rng.uniform(-0.05, 0.08))
    belly = (left + rng.uniform(0.05, 0.35), rng.uniform(0.55, 0.78))
    return [[top, (left + 0.02, 0.1), (left, 0.38), belly, (left, 0.98), (left - 0.25, rng.uniform(0.85, 0.98))]]


def _five_with_loose_hat(rng: np.random.Generator) -> Strokes:
    """Draw the bar last and slightly detached; sometimes hardly at all."""
    top, neck = (rng.uniform(0.1, 0.3), rng.uniform(0.0, 0.1)), (rng.uniform(0.05, 0.2), rng.uniform(0.33, 0.5))
    body = [top, neck, neck, (0.45, neck[1] - 0.03), (0.65, 0.68), (0.4, 0.98), (0.0, rng.uniform(0.85, 0.98))]
    start = (top[0] + rng.uniform(0.0, 0.15), top[1] + rng.uniform(-0.08, 0.05))
    return [body, [start, (start[0] + rng.uniform(0.05, 0.6), start[1] + rng.uniform(-0.12, 0.06))]]


def _six_with_flat_top(rng: np.random.Generator) -> Strokes:
    corner, low = rng.uniform(0.0, 0.12), rng.uniform(0.48, 0.62)
    top = [(rng.uniform(0.45, 0.75), rng.uniform(-0.03, 0.08)), (corner + 0.15, 0.06)]
    bowl = [(corner, 0.4), (corner + 0.04, 0.85), (0.35, 1.0), (0.6, 0.8), (0.4, low), (corner + 0.02, low + 0.12)]
    return [[*top, *bowl]]


def _six_with_straight_back(rng: np.random.Generator) -> Strokes:
    low, right = rng.uniform(0.5, 0.68), rng.uniform(0.35, 0.6)
    start = (rng.uniform(0.05, 0.5), 0.0)
    return [
        [start, (0.05, 0.5), (0.03, 0.8), (right / 2, 1.0), (right, 0.82), (right * 0.6, low), (0.06, low + 0.15)]
    ]


def _crossed_seven(rng: np.random.Generator) -> Strokes:
    """Draw the top (straight or wavy, often with a hook), the stem, and a bar."""
    right, hook = rng.uniform(0.45, 0.75), rng.uniform(0.0, 0.18)
    corner, foot = (right, rng.uniform(-0.04, 0.08)), (rng.uniform(0.05, 0.4), 1.0)
    wave = (right * 0.5, rng.uniform(0.0, 0.12))
    row = rng.uniform(0.4, 0.62)
    middle = corner[0] + (foot[0] - corner[0]) * row
    bar = [(middle - rng.uniform(0.12, 0.32), row + rng.uniform(-0.03, 0.08)),
           (middle + rng.uniform(0.1, 0.3), row + rng.uniform(-0.08, 0.03))]  # fmt: skip
    bend = (middle + rng.uniform(-0.05, 0.03), row)
    return [[(0.0, 0.06 + hook), (rng.uniform(0.0, 0.06), 0.03), wave, corner, corner, bend, foot], bar]


def _seven_with_hook(rng: np.random.Generator) -> Strokes:
    return _crossed_seven(rng)[:1]


def _eight_of_two_rings(rng: np.random.Generator) -> Strokes:
    waist, upper, lower = rng.uniform(0.3, 0.55), rng.uniform(0.12, 0.32), rng.uniform(0.18, 0.36)
    over = rng.uniform(-0.03, 0.03)
    rings = [((0.3, waist / 2), (upper, waist / 2)), ((0.3 + over, (1 + waist) / 2), (lower, (1 - waist) / 2))]
    starts = rng.uniform(0, 1, 2)
    return [around(*ring, start, 1.0, 10) for ring, start in zip(rings, starts, strict=True)]


def _open_eight(rng: np.random.Generator) -> Strokes:
    """Start at the upper right, cross in the middle, come back up and stop short of the start."""
    left, right = rng.uniform(0.0, 0.08), rng.uniform(0.45, 0.6)
    end = (right + rng.uniform(-0.1, 0.12), rng.uniform(-0.05, 0.15))
    return [[(right, 0.12), (0.3, 0.0), (left, 0.2), (0.3, 0.48), (right, 0.78), (0.28, 1.0), (left, 0.78),
             (0.28, 0.5), end]]  # fmt: skip


def _nine_on_a_stem(rng: np.random.Generator) -> Strokes:
    """Draw a ring with a straight stem from its side or bottom."""
    wide, high = rng.uniform(0.1, 0.32), rng.uniform(0.14, 0.34)
    at = rng.uniform(-0.32, 0.02)  # 0 is right, -0.25 is the bottom
    ring = around((0.35, high), (wide, high), at, 1.0, 10)
    foot = (0.35 + wide * rng.uniform(-0.7, 1.1), 1.0)
    return [[*ring, ring[-1], foot]] if rng.random() < 0.6 else [ring, [ring[0], foot]]


def _nine_with_a_hook(rng: np.random.Generator) -> Strokes:
    wide, high = rng.uniform(0.2, 0.32), rng.uniform(0.18, 0.28)
    right = 0.35 + wide
    ring = around((0.35, high), (wide, high), rng.uniform(0.0, 0.12), 1.0, 10)
    return [ring, [(right, rng.uniform(0.0, 0.2)), (right - 0.02, 0.6), (right - 0.12, 0.95),
                   (rng.uniform(0.0, 0.2), rng.uniform(0.85, 1.0))]]  # fmt: skip


SHAPES: Sequence[tuple[Shape, ...]] = (
    (_closed_zero, _zero_with_a_curl),
    (_one_with_upstroke,),
    (_two_with_loop,),
    (_three_with_flat_top,),
    (_open_four, _four_in_one_stroke),
    (_long_five, _five_with_loose_hat),
    (_six_with_flat_top, _six_with_straight_back),
    (_crossed_seven, _seven_with_hook),
    (_eight_of_two_rings, _open_eight),
    (_nine_on_a_stem, _nine_with_a_hook),
)
"""For each digit, in order, the shapes that are taught around the world."""


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


_MORE: Sequence[tuple[Shape, ...]] = (
    (_tailed_zero, _open_zero),
    (
        *(_long_one, _flat_one, _script_one, _thin_one, _curved_one, _looped_one),
        *(_hooked_one, _joined_one, _caret_one),
    ),
    (_z_two,),
    (_round_three,),
    (_h_four, _arched_four, _y_four, _nine_four, _nearly_closed_four, _g_four, _u_four, _tall_h_four),
    (_root_five, _narrow_five, _bar_five, _flat_topped_five),
    (_curled_six, _crossing_six),
    (_cross_seven, _wave_seven),
    (_small_top_eight,),
    (
        *(_p_nine, _e_nine, _g_nine, _round_nine, _open_nine, _nine_like_an_open_eight),
        *(_open_headed_nine, _s_nine, _rho_nine),
    ),
)

WORLD: Sequence[tuple[Shape, ...]] = [taught + quick for taught, quick in zip(SHAPES, _MORE, strict=True)]
"""For each digit, in order, all shapes that code draws."""
