"""Candidates become those that are digits, and numbers that say how well these explain the ink."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from shuzi.ink.boxes import as_array, iou, non_maximum_suppression, overlap_of_smaller
from shuzi.ink.components import SOLID
from shuzi.reading.find.find_thresholds import (
    LEAST_HEIGHT,
    LEAST_HEIGHT_OF_ONE,
    LEAST_SCORE,
    SAME_DIGIT_IOU,
    SAME_DIGIT_OVERLAP,
)
from shuzi.reading.values import Candidate


def chosen(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Keep the best of overlapping candidates, and drop those too small, next to the others, to be digits."""
    likely = [candidate for candidate in candidates if candidate.score >= LEAST_SCORE]
    best_first = sorted(likely, key=lambda candidate: -candidate.score)
    boxes = [candidate.box for candidate in best_first]
    kept = non_maximum_suppression(boxes, overlap_of_smaller, SAME_DIGIT_OVERLAP)
    return without_low([best_first[index] for index in kept])


def without_low(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Drop candidates too small, next to the others, to be digits, such as commas."""
    if not candidates:
        return []
    height = float(np.median([candidate.box.height for candidate in candidates]))
    return [candidate for candidate in candidates if candidate.box.height >= _least_height(candidate) * height]


def _least_height(candidate: Candidate) -> float:
    """Return the minimum height relative to the others: a comma looks like a 1, but a small 0 is often a real 0."""
    return LEAST_HEIGHT_OF_ONE if candidate.probabilities.argmax() == 1 else LEAST_HEIGHT


def adds_to(candidates: Sequence[Candidate], detected: Sequence[Candidate]) -> bool:
    """Tell whether more were detected, including one at about the same position as each candidate."""
    boxes = as_array(candidate.box for candidate in detected)
    return len(detected) > len(candidates) and all(
        iou(np.array(candidate.box, np.float64), boxes).max() >= SAME_DIGIT_IOU for candidate in candidates
    )


def best_rejected(candidates: Sequence[Candidate], others: Sequence[Candidate]) -> float:
    """Return the score of the best of the others that overlaps none of the candidates; 0 if there is none."""
    boxes = as_array(candidate.box for candidate in candidates)
    apart = (
        other.score
        for other in others
        if not len(boxes) or overlap_of_smaller(np.array(other.box), boxes).max() < SAME_DIGIT_OVERLAP
    )
    return max(apart, default=0.0)


def confidence_of(candidates: Sequence[Candidate]) -> float:
    """Return the probability that all candidates are digits and classified correctly; 0 if there are none."""
    return math.prod(candidate.confidence for candidate in candidates) if candidates else 0.0


def explanation(ink: NDArray[np.uint8], candidates: Sequence[Candidate]) -> float:
    """Return how well candidates explain a picture: their mean score times the fraction of ink they cover."""
    if not candidates:
        return 0.0
    return covered(ink, candidates) * float(np.mean([candidate.score for candidate in candidates]))


def unexplained(ink: NDArray[np.uint8], candidates: Sequence[Candidate]) -> float:
    """Return the fraction of solid ink outside candidates: lines, frames, specks, and digits lost with a line."""
    return 1 - covered((ink >= SOLID).astype(np.uint8), candidates)


def covered(ink: NDArray[np.uint8], candidates: Sequence[Candidate]) -> float:
    """Return the fraction of ink inside the candidates' boxes; 0 if there is no ink."""
    inside = np.zeros(ink.shape, np.uint8)
    for candidate in candidates:
        inside[candidate.box.pixels()] = 1
    return float(np.sum(ink * inside, dtype=np.float64) / max(np.sum(ink, dtype=np.float64), 1.0))
