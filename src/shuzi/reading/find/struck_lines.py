"""Lines of digits that somebody crossed out with a straight stroke."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.ink.boxes import Box
from shuzi.reading.find.find_thresholds import (
    STRIKE_AROUND,
    STRIKE_BEYOND,
    STRIKE_ENDED,
    STRIKE_FREE,
    STRIKE_GOES_ON,
    STRIKE_INK,
    STRIKE_INSIDE,
    STRIKE_INSIDE_TWO,
    STRIKE_MIDDLE,
    STRIKE_RISE,
    STRIKE_SEEN,
    STRIKE_STEPS,
    STRIKE_WIDTH,
)


def is_struck_out(contrast: NDArray[np.uint8], digits: Sequence[Box]) -> bool:
    """Tell whether a straight stroke goes through all digits of a line and ends beside them.

    A printed line goes on. Nothing is said of a single digit: its own strokes are as long.

    Parameters
    ----------
    contrast
        The picture's contrast map: uint8 (h, w).
    digits
        x, y, width, height of the line's digits, in its pixels.

    Examples
    --------
    >>> page = np.full((60, 140), 64, np.uint8)
    >>> page[20:40, 40:100:12] = 255  # six 1s
    >>> ones = [Box(x, 20, 1, 20) for x in range(40, 101, 12)]
    >>> is_struck_out(page, ones)
    False
    >>> page[30, 35:106] = 255
    >>> is_struck_out(page, ones)
    True
    >>> page[30] = 255  # a printed line
    >>> is_struck_out(page, ones)
    False
    """
    if len(digits) < 2:
        return False
    height = median(box.height for box in digits)
    left, right = min(box.x for box in digits), max(box.right for box in digits)
    top, bottom = median(box.y for box in digits), median(box.bottom for box in digits)
    step = max(height / STRIKE_STEPS, 1.0)
    # 1. where there is ink, at some columns from beside the digits to beside them, a little above and below too
    reach = STRIKE_BEYOND * height
    x = left - reach + step * np.arange(math.floor((right - left + 2 * reach) / step) + 1)
    column = np.floor(x + 0.5).astype(int)
    x, column = (values[(column >= 0) & (column < contrast.shape[1])] for values in (x, column))
    first = max(0, math.floor(top - 2 * STRIKE_AROUND * height))
    last = min(contrast.shape[0], math.ceil(bottom + 2 * STRIKE_AROUND * height) + 1)
    if last <= first:
        return False
    half = max(1, math.floor(STRIKE_WIDTH * height + 0.5))
    band = cv2.dilate(contrast[first:last], np.ones((2 * half + 1, 1), np.uint8))
    has_ink = band[:, column].T >= STRIKE_INK
    along = (x - left) / (right - left)
    inside = STRIKE_INSIDE if len(digits) > 2 else STRIKE_INSIDE_TWO
    inner = (along >= inside) & (along <= 1 - inside)
    if not inner.any() or has_ink[inner].any(axis=1).mean() < STRIKE_SEEN:
        return False
    # 2. all straight lines through the middle of the digits, by their heights at both ends
    around = STRIKE_AROUND * height
    ends = top - around + step * np.arange(math.floor((bottom - top + 2 * around) / step) + 1)
    start, end = (heights.ravel() for heights in np.meshgrid(ends, ends, indexing="ij"))
    middle = (start + end) / 2
    steep = np.abs(end - start) > STRIKE_RISE * (right - left)
    central = (middle >= top + STRIKE_MIDDLE * height) & (middle <= bottom - STRIKE_MIDDLE * height)
    start, end = start[central & ~steep], end[central & ~steep]
    row = np.floor(start[:, None] + (end - start)[:, None] * along + 0.5).astype(int) - first
    is_within = (row >= 0) & (row < len(band))
    seen = has_ink[np.arange(len(x)), np.clip(row, 0, len(band) - 1)] & is_within
    seen = seen[seen[:, inner].mean(axis=1) >= STRIKE_SEEN]
    if not len(seen):
        return False
    # 3. beside the digits, where there is room to see it, none of them goes on and all end
    sides = (x < left - STRIKE_FREE * height, x > right + STRIKE_FREE * height)
    beside = [seen[:, side].mean(axis=1) for side in sides if side.sum() * step >= STRIKE_FREE * height]
    goes_on = any(bool((fraction > STRIKE_GOES_ON).any()) for fraction in beside)
    return not goes_on and any(bool((fraction <= STRIKE_ENDED).all()) for fraction in beside)
