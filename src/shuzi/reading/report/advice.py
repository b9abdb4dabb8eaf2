"""What makes a picture hard to read becomes one sentence for people."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from typing import Any

from shuzi.ink.boxes import Box
from shuzi.ink.sharpness import edge_width
from shuzi.reading.find.candidates import Candidates, around
from shuzi.reading.report.report_thresholds import BLURRED_EDGE, EDGE_MARGIN, MUCH_SHRUNK, SHRUNK, SMALL_DIGIT

Sentence = tuple[str, dict[str, Any]]
"""The key of a sentence and its values."""


def about_the_picture(seen: Candidates, boxes: Sequence[Box], sides: Sequence[float]) -> Sentence | None:
    """Return what is wrong with the picture itself: too small or large, cut off, blurred or pale; None if nothing is.

    Parameters
    ----------
    seen
        What was found.
    boxes
        Of its digits, in pixels of the searched picture.
    sides
        The longer side of each digit, in pixels of the original picture.
    """
    middle = sorted(sides)[len(sides) // 2]
    if middle < SMALL_DIGIT:
        return "reading.small", {"n": middle}
    if _shrunk(seen) >= SHRUNK and middle < SMALL_DIGIT * _shrunk(seen):
        return "reading.large", _in_pixels(seen)
    if any(seen.at_edge(each) for each in boxes):
        return "reading.edge", {}
    edges = statistics.median(edge_width(seen.grey[around(each, EDGE_MARGIN)]) for each in boxes)
    if edges > BLURRED_EDGE:
        return ("reading.blurred" if math.isfinite(edges) else "reading.pale"), {}
    return None


def about_no_writing(seen: Candidates) -> Sentence:
    """Return what to say of a picture in which no writing was found."""
    if is_much_smaller(seen):
        return "reading.lost", _in_pixels(seen)
    return ("reading.specks" if seen.ink.any() else "reading.blank"), {}


def is_much_smaller(seen: Candidates) -> bool:
    """Tell whether a picture was shrunk so much before it was searched that writing may be lost."""
    return _shrunk(seen) > MUCH_SHRUNK


def _shrunk(seen: Candidates) -> float:
    return float(max(seen.shape) / max(seen.grey.shape))


def _in_pixels(seen: Candidates) -> dict[str, Any]:
    return {"side": max(seen.shape), "searched": max(seen.grey.shape)}
