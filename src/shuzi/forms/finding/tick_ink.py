"""A box to tick without its printed lines becomes measures of the ink in it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.forms.finding.flat import SCALE
from shuzi.ink.boxes import Box

_SMOOTH = 1.0  # pixels: the standard deviation of the average in which noise vanishes
_PALEST, _WIDE = 18.0, 38.0  # grey levels by which a stroke is darker than both of its sides, or anything than paper
_SOLID = 0.35  # of the darkest ink in the box
_WIDEST_PEN = 2.1  # millimetres: what is pale and wider may be the edge of a shadow
_RIM = 0.45  # millimetres inside a line that what is left of it may reach
_SPECK = 0.04  # square millimetres: smaller is noise
_LEAST_BEYOND = 0.08  # square millimetres of a stroke beyond a line
_BESIDE, _MOST_BESIDE = 0.55, 0.8  # millimetres beside a line where what is left of it lies, and how much of it there
_SHORTEST, _STRAIGHT, _WHOLE = 2.4, 0.75, 0.85  # millimetres along and across what may be left; of a whole side
_GOES_ON = 0.3  # square millimetres beyond the lines: a shadow does not end there
_WIDEST_PALE = 1.2  # millimetres: what is pale and wider is no stroke
_PAPER = 85  # the percentile of a box with its margin that is paper, however full the box is


@dataclass(frozen=True)
class TickInk:
    """The ink in a box to tick, apart from its lines.

    Parameters
    ----------
    area
        In square millimetres.
    length
        Of the diagonal of the frame around the largest piece, in millimetres.
    cover
        The fraction of the box that is ink.
    dark
        The grey levels by which the ink is darker than paper; 0 if there is none.
    away
        From the middle of the ink to that of the box, as a fraction of half its side.
    outside
        The area of the ink in the margin, beyond the lines, in square millimetres.
    line
        The area of what may be left of a line, or a shadow, in square millimetres; it is in no other measure.
    sides
        Beyond how many of its four lines there is ink.
    """

    area: float
    length: float
    cover: float
    dark: float
    away: float
    outside: float
    line: float = 0.0
    sides: int = 0


def ink_in(part: NDArray[np.uint8], box: Box, thick: float) -> TickInk:
    """Measure the ink in a box.

    Parameters
    ----------
    part
        The box with its margin, without printed lines: uint8 (h, w), paper 255.
    box
        Where it is in the part, in pixels.
    thick
        How thick its lines are, in millimetres.

    Examples
    --------
    >>> part = np.full((56, 56), 250, np.uint8)
    >>> for step in range(24):
    ...     part[16 + step : 20 + step, 16 + step] = 60
    >>> ink = ink_in(part, Box(8.0, 8.0, 40.0, 40.0), 0.25)
    >>> round(ink.area, 1), round(ink.length, 1), round(ink.cover, 2), ink.dark
    (2.2, 4.5, 0.14, 157.0)
    """
    smooth = cv2.GaussianBlur(part, (0, 0), _SMOOTH).astype(np.float32)
    dark = np.float32(np.percentile(smooth, _PAPER)) - smooth
    side = round(_WIDEST_PEN * SCALE) | 1
    narrow = cv2.morphologyEx(smooth, cv2.MORPH_BLACKHAT, np.ones((side, side), np.uint8))
    rim = (_RIM + thick / 2) * SCALE
    inner = Box(box.x + rim, box.y + rim, box.width - 2 * rim, box.height - 2 * rim)
    outer = Box(box.x - rim, box.y - rim, box.width + 2 * rim, box.height + 2 * rim)
    inside = dark[inner.pixels()]
    peak = float(np.percentile(inside, 98)) if inside.size else 0.0
    is_ink = (narrow >= max(_PALEST, _SOLID * peak)) | (dark >= max(_WIDE, _SOLID * peak))
    solid = is_ink.astype(np.uint8)
    beyond = solid.copy()
    beyond[outer.pixels()] = 0
    down, across = outer.pixels()
    strips = beyond[: down.start], beyond[down.stop :], beyond[:, : across.start], beyond[:, across.stop :]
    sides = sum(float(strip.sum()) >= _LEAST_BEYOND * SCALE**2 for strip in strips)
    count, labels, stats, middles = cv2.connectedComponentsWithStats(solid[inner.pixels()], connectivity=8)
    large = [piece for piece in range(1, count) if stats[piece, cv2.CC_STAT_AREA] >= _SPECK * SCALE**2]
    outside = float(beyond.sum()) / SCALE**2
    goes_on = outside >= _GOES_ON
    lines = [
        piece
        for piece in large
        if _is_line(labels == piece, stats[piece]) or (goes_on and _is_shade(labels == piece, inside))
    ]
    line = float(stats[lines, cv2.CC_STAT_AREA].sum()) / SCALE**2
    large = [piece for piece in large if piece not in lines]
    if not large:
        return TickInk(0.0, 0.0, 0.0, 0.0, 0.0, outside, line, sides)
    own = np.isin(labels, large)
    areas = stats[large, cv2.CC_STAT_AREA].astype(np.float64)
    largest = stats[large[int(areas.argmax())]]
    x, y = (middles[large] * areas[:, None]).sum(axis=0) / areas.sum() + 0.5
    away = max(abs(2 * x / own.shape[1] - 1), abs(2 * y / own.shape[0] - 1))
    return TickInk(
        float(areas.sum()) / SCALE**2,
        float(np.hypot(largest[cv2.CC_STAT_WIDTH], largest[cv2.CC_STAT_HEIGHT])) / SCALE,
        float(own.mean()),
        round(float(np.percentile(inside[own], 75)), 1),
        float(away),
        outside,
        line,
        sides,
    )


def _is_line(piece: NDArray[np.bool_], stats: NDArray[np.int32]) -> bool:
    """Tell whether a long piece of ink is as straight as a line of its box, or nearly all of it is beside these."""
    _, _, wide, high, _ = stats.tolist()
    if np.hypot(wide, high) < _SHORTEST * SCALE:
        return False
    rim = round(_BESIDE * SCALE)
    is_straight = min(wide, high) <= _STRAIGHT * SCALE and max(wide, high) >= _WHOLE * max(piece.shape)
    return is_straight or float(piece[rim:-rim, rim:-rim].sum()) <= (1 - _MOST_BESIDE) * float(piece.sum())


def _is_shade(piece: NDArray[np.bool_], inside: NDArray[np.float32]) -> bool:
    """Tell whether a piece is pale, and wider than a stroke of a pen."""
    if float(np.percentile(inside[piece], 75)) >= _WIDE:
        return False
    away = cv2.distanceTransform(np.pad(piece, 1).astype(np.uint8), cv2.DIST_L2, 3)
    return 2 * float(away.max()) > _WIDEST_PALE * SCALE
