"""A label becomes a digit drawn as lines, in shapes taught around the world that MNIST's writers seldom used.

MNIST was written in the United States. Elsewhere a 1 begins with a long upstroke, a 9 stands on a straight stem, a 4
stays open, a 2 begins with a loop, a 5 is one long curve. Each shape is a list of points that the pen passes, moved
a little each time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.synthesis.pen import FINE, UNIT

Strokes = list[list[tuple[float, float]]]
"""Points (x, y) of each stroke in a box about 1 high, y downwards; a repeated point is a corner."""

Shape = Callable[[np.random.Generator], Strokes]
"""Draws a digit in one of its shapes."""

_SIDE = 28 * FINE
_TALL = 20 * FINE  # the height of MNIST's digits
_STRAY = 0.035  # of the height: the standard deviation of each point's displacement
_BETWEEN = 8  # points interpolated between two
_SHIFT = 3  # fractional bits of a pixel in the points that OpenCV draws


def skeleton_field(
    rng: np.random.Generator, label: int, shapes: Mapping[int, Sequence[Shape]] | None = None
) -> NDArray[np.uint8]:
    """Draw a digit in one of its shapes.

    Parameters
    ----------
    rng
        Decides which shape and how it varies.
    label
        0 to 9.
    shapes
        Of each digit; None for `SHAPES`.

    Returns
    -------
    uint8 (56, 56): the distance of every pixel from the nearest line, as in `distance_fields`.

    Examples
    --------
    >>> field = skeleton_field(np.random.default_rng(0), 7)
    >>> field.shape, int(field.min())
    ((56, 56), 0)
    """
    curves = drawn_curves(rng, label, shapes)
    points = np.concatenate(curves)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = _TALL / max(high - low)
    lines = np.full((_SIDE, _SIDE), 255, np.uint8)
    for curve in curves:
        pixels = (curve - (low + high) / 2) * scale + _SIDE / 2 - 0.5
        cv2.polylines(lines, [np.rint(pixels * 2**_SHIFT).astype(np.int32).reshape(-1, 1, 2)], False, 0, shift=_SHIFT)
    distance = cv2.distanceTransform(lines, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return np.asarray(np.minimum(np.rint(distance * (UNIT / FINE)), 255), np.uint8)


def drawn_curves(
    rng: np.random.Generator, label: int, shapes: Mapping[int, Sequence[Shape]] | None = None
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


SHAPES: Mapping[int, tuple[Shape, ...]] = {
    0: (_closed_zero, _zero_with_a_curl),
    1: (_one_with_upstroke,),
    2: (_two_with_loop,),
    3: (_three_with_flat_top,),
    4: (_open_four, _four_in_one_stroke),
    5: (_long_five, _five_with_loose_hat),
    6: (_six_with_flat_top, _six_with_straight_back),
    7: (_crossed_seven, _seven_with_hook),
    8: (_eight_of_two_rings, _open_eight),
    9: (_nine_on_a_stem, _nine_with_a_hook),
}
