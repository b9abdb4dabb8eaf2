"""The characters of a line's text get the boxes of their ink."""

from __future__ import annotations

import math
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.ink.boxes import Box
from shuzi.ink.components import SOLID
from shuzi.ink.strips import COLUMN, HEIGHT, LONGEST
from shuzi.models.tasks import CLASSES
from shuzi.reading.recognise.ctc import spans
from shuzi.reading.recognise.recognise_thresholds import CHARACTER_REACH, CUT_DISTANCE, OFF_CENTRE_COST
from shuzi.reading.values import LineTexts


def boxes_of(line: LineTexts, text: str, ink: NDArray[np.uint8]) -> list[Box]:
    """Cut a line between its characters, where the least ink is, and frame the ink of each.

    Parameters
    ----------
    line
        What may stand on it.
    text
        A text that may stand on it.
    ink
        The picture's ink map: uint8 (h, w).

    Returns
    -------
    A box for each character, in pixels of the searched picture; where there is no ink, all of its slice of the line.
    """
    if not text:
        return []
    frame, columns = line.line.frames[0], line.columns[0]
    # pixels of the strip per pixel of the picture, from left to right
    across = min(HEIGHT / max(frame.height, 1.0), LONGEST / max(frame.width, 1.0))
    middles = [
        frame.x + (first + last) / 2 * COLUMN / across
        for first, last in spans(columns, tuple(map(CLASSES.index, text)))
    ]
    rows, _ = frame.pixels()
    profile = ink[rows].sum(axis=0, dtype=np.float64)
    edges = [frame.x, *(_cut(profile, *pair) for pair in pairwise(middles)), frame.right]
    reach = CHARACTER_REACH * line.line.height
    return [
        _inked(ink, rows, max(left, middle - reach), min(right, middle + reach), frame)
        for middle, (left, right) in zip(middles, pairwise(edges), strict=True)
    ]


def _cut(profile: NDArray[np.float64], left: float, right: float) -> float:
    """Return the column between two characters in which there is the least ink."""
    first = max(0, round(left + CUT_DISTANCE * (right - left)))
    part = profile[first : max(first, round(right - CUT_DISTANCE * (right - left))) + 1]
    middle = (left + right) / 2
    if not part.size:
        return middle
    away = np.abs(np.arange(first, first + part.size) - middle) / max(right - left, 1.0)
    return first + int((part + OFF_CENTRE_COST * part.max() * away).argmin()) + 0.5


def _inked(ink: NDArray[np.uint8], rows: slice, left: float, right: float, frame: Box) -> Box:
    """Frame the solid ink between two edges of a line's band."""
    first, last = max(0, round(left)), max(0, math.ceil(right))
    part = (ink[rows, first:last] >= SOLID).astype(np.uint8)
    x, y, width, height = cv2.boundingRect(part) if part.size else (0, 0, 0, 0)
    if not width:
        return Box(left, frame.y, max(right - left, 1.0), frame.height)
    return Box(float(first + x), float(rows.start + y), float(width), float(height))
