"""The connected components of simple ink become candidates: each is a digit, or a stroke of one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from shuzi.ink.boxes import union
from shuzi.ink.scan import Scan
from shuzi.reading.find.candidates import Work, classify_pieces, multiply_confidence
from shuzi.reading.find.find_thresholds import (
    LARGEST_STROKE_GAP,
    MOST_BROKEN_STROKES,
    MOST_SIMPLE_COMPONENTS,
    SURE_CONFIDENCE,
)
from shuzi.reading.values import Candidate

if TYPE_CHECKING:
    from shuzi.reading.recognise.classifier import Classifier


def take_components(scan: Scan, classifier: Classifier, work: Work) -> list[Candidate]:
    """Take each component for a digit, or join nearby components if that gives more confidence."""
    boxes = scan.components.boxes
    if len(boxes) > MOST_SIMPLE_COMPONENTS:
        return []
    candidates = classify_pieces(scan.ink, join_strokes(boxes), classifier, work)
    if 1 < len(boxes) <= MOST_BROKEN_STROKES and multiply_confidence(candidates) < SURE_CONFIDENCE:
        strokes = join_strokes(boxes, LARGEST_STROKE_GAP)
        broken = classify_pieces(scan.ink, strokes, classifier, work)
        candidates = max(candidates, broken, key=multiply_confidence)
    return candidates


def join_strokes(boxes: NDArray[np.int32], near: float = 0.0) -> NDArray[np.int32]:
    """Join boxes that lie above each other, such as the two strokes of a 5: int32 (k, 4) becomes fewer.

    Boxes in any position are also joined if the gap between them is less than `near` times the taller one's height.

    Examples
    --------
    >>> join_strokes(np.array([[10, 10, 20, 30], [12, 2, 22, 5], [50, 10, 5, 30]], np.int32)).tolist()
    [[10, 2, 24, 38], [50, 10, 5, 30]]
    """
    left = [box.astype(np.int64) for box in boxes]
    first = 0
    while first < len(left):
        for second in range(first + 1, len(left)):
            if _are_one_digit(left[first], left[second]) or _are_near(left[first], left[second], near):
                left[first] = union(left[first], left.pop(second))
                first = -1
                break
        first += 1
    return np.array(left, np.int32).reshape(-1, 4)


def _are_one_digit(first: NDArray[np.int64], second: NDArray[np.int64]) -> bool:
    """Tell whether one box covers most of the other's width and is close to it, as strokes of one digit are."""
    across = min(first[0] + first[2], second[0] + second[2]) - max(first[0], second[0])
    if across < 0.5 * min(first[2], second[2]):
        return False
    apart = max(first[1], second[1]) - min(first[1] + first[3], second[1] + second[3])
    return bool(apart < 0.35 * max(first[3], second[3]))


def _are_near(first: NDArray[np.int64], second: NDArray[np.int64], near: float) -> bool:
    gap = np.maximum(first[:2], second[:2]) - np.minimum(first[:2] + first[2:], second[:2] + second[2:])
    return bool(gap.max() < near * max(first[3], second[3]))
