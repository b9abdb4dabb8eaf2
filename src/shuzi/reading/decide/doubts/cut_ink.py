"""Ink beside a line that the left or right edge of the picture cuts off: its text lacks a character."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.ink.boxes import Box, as_array, intersection
from shuzi.ink.components import SOLID
from shuzi.reading.decide.decide_thresholds import (
    CHARACTER_MARGIN,
    CUT_GAP,
    CUT_HEIGHT,
    CUT_INSIDE,
    CUT_PART,
    LOW_PICTURE,
    SAME_INK,
)
from shuzi.reading.find.find_thresholds import EDGE_PIXELS


def is_cut_at_side(ink: NDArray[np.uint8], digits: Sequence[Box], printed: Sequence[Box]) -> bool:
    """Tell whether ink beside the digits of a line, in none of them, runs into the left or right edge of the picture.

    Parameters
    ----------
    ink
        The picture's ink map: uint8 (h, w).
    digits
        The boxes of a line's digits, in pixels; at least one.
    printed
        The boxes of what is no part of the line: printed lines and patterns, stains, the digits of other lines.

    Examples
    --------
    >>> ink = np.zeros((40, 100), np.uint8)
    >>> ink[10:30, 10:20] = ink[8:26, 96:] = 255
    >>> is_cut_at_side(ink, [Box(10, 10, 10, 20)], []), is_cut_at_side(ink, [Box(80, 10, 10, 20)], [])
    (False, True)
    """
    height, columns = median(box.height for box in digits), ink.shape[1]
    first, last = min(digits, key=lambda box: box.x), max(digits, key=lambda box: box.right)
    # seen from its edge, either side is like the other
    mirrored_last, *mirrored = (box._replace(x=columns - box.right) for box in [last, *printed])
    return _is_cut(ink, first, height, printed) or _is_cut(ink[:, ::-1], mirrored_last, height, mirrored)


def _is_cut(ink: NDArray[np.uint8], first: Box, height: float, printed: Sequence[Box]) -> bool:
    """Tell whether the left edge cuts off ink before the first digit."""
    rows = first.pixels(rim=height)[0]
    beside = (ink[rows, : max(0, math.floor(first.x))] >= SOLID).astype(np.uint8)
    if not beside.any():
        return False
    # from top to bottom of a low picture, an upright line may be a 1
    is_low = len(ink) <= LOW_PICTURE * height
    lines = as_array(box for box in printed if not is_low or box.width > box.height)
    _, _, stats, _ = cv2.connectedComponentsWithStats(beside, connectivity=8)
    parts: list[tuple[float, float]] = []  # the tops and bottoms of pieces that hang on no digit
    for x, y, wide, high, _ in stats[1:].tolist():
        box = Box(x, y + rows.start, wide, high)
        top, bottom, gap = max(box.y, first.y), min(box.bottom, first.bottom), first.x - box.right
        if box.x > EDGE_PIXELS or gap > CUT_GAP * height:
            continue
        if bottom - top < max(CUT_PART * height, CUT_INSIDE * box.height):
            continue
        if len(lines) and intersection(np.array(box, np.float64), lines).max() >= SAME_INK * box.width * box.height:
            continue
        if gap >= 1:
            parts.append((top, bottom))
        # what hangs on the digit and reaches no further than its box may be off is its own
        elif bottom - top >= CUT_HEIGHT * height and first.x > CHARACTER_MARGIN * height:
            return True
    # the two ends of a 3 are one character
    tops, bottoms = [top for top, _ in parts], [bottom for _, bottom in parts]
    return bool(parts) and max(bottoms) - min(tops) >= CUT_HEIGHT * height
