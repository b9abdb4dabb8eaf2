"""Boxes in an ink map become candidates: what each may be, with probabilities."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from shuzi.ink.boxes import Box, non_maximum_suppression, overlap_of_smaller
from shuzi.ink.components import SOLID
from shuzi.ink.normalize import cut_out
from shuzi.reading.thresholds import (
    CLASSIFIER_EXPONENT,
    CROP_GROWTHS,
    DETECTOR_EXPONENT,
    MAX_WORK,
    MIN_HEIGHT,
    MIN_HEIGHT_OF_ONE,
    MIN_PROBABILITY,
    MIN_SCORE,
    ONE_CROP_CONFIDENCE,
    SAME_DIGIT_OVERLAP,
)

if TYPE_CHECKING:
    from shuzi.reading.classifier import Classifier


@dataclass(frozen=True)
class Detection:
    """A digit that the detector found."""

    scores: NDArray[np.float32]  # (10,): the probability that each digit has its centre here, not normalised
    box: Box  # in pixels of the searched picture

    @property
    def score(self) -> float:
        """The highest score."""
        return float(self.scores.max())


@dataclass(frozen=True)
class Candidate:
    """A box that may hold a digit."""

    image: NDArray[np.uint8]  # what the classifier saw: uint8 (28, 28)
    box: Box  # x, y, width, height in the picture as it was searched
    probabilities: NDArray[np.float32]  # of each digit, given that it is one: float32 (10,)
    is_digit: float  # the probability that it is a digit
    detector_score: float  # the detector's score; 1 if the detector was not used

    @property
    def confidence(self) -> float:
        """The probability that it is a digit and that the best guess is correct."""
        return float(self.probabilities.max()) * self.is_digit

    @property
    def score(self) -> float:
        """The combined score of detector and classifier."""
        return math.sqrt(self.detector_score * self.confidence)


class TooMuch(Exception):  # noqa: N818 - it says what is wrong, as Crashed does
    """A picture seems to hold more than a page of writing: `key` names the sentence that says so, `n` how many."""

    def __init__(self, key: str, n: int) -> None:
        super().__init__(key)
        self.advice: tuple[str, dict[str, Any]] = key, {"n": n}


@dataclass
class Work:
    """The work that may still be spent on a picture.

    >>> work = Work()
    >>> work.spend(MAX_WORK, "reading.many_lines", 90)
    >>> work.spend(1, "reading.many_lines", 91)
    Traceback (most recent call last):
    shuzi.reading.candidates.TooMuch: reading.many_lines
    """

    left: float = MAX_WORK  # in images classified
    done: float = 0.0  # what was done: that, and what is done however little is left

    def spend(self, images: float, key: str, n: int) -> None:
        """Take so much from what may be done; raise `TooMuch`, with this sentence, if that is more than is left."""
        self.left -= images
        if self.left < 0:
            raise TooMuch(key, n)
        self.done += images


def classify_boxes(
    ink: NDArray[np.uint8],
    boxes: Sequence[Box],
    classifier: Classifier,
    detections: Sequence[Detection] = (),
    work: Work | None = None,
) -> list[Candidate]:
    """Classify each box of an ink map, uint8 (h, w), that holds ink.

    Where the detector found the boxes, one of the `detections` belongs to each, and counts too. Raises TooMuch if
    these are more boxes than `work` has left; None sets no limit.
    """
    if work is not None:
        work.spend(len(boxes), "reading.many_digits", len(boxes))
    cuts = [(cut_out(ink, box.pixels()), index) for index, box in enumerate(boxes)]
    inked = [(cut, index) for cut, index in cuts if cut is not None]
    if not inked:
        return []
    probabilities, is_digit = classifier.classify_or_reject(np.stack([cut for cut, _ in inked]))
    if detections:
        # the detector's boxes are not exact, and where that matters one crop is not enough
        unsure = np.flatnonzero(probabilities.max(axis=1) * is_digit < ONE_CROP_CONFIDENCE)
        if work is not None:
            work.spend(len(unsure) * len(CROP_GROWTHS), "reading.many_digits", len(boxes))
        unsure_boxes = [boxes[inked[row][1]] for row in unsure]
        _classify_again(ink, unsure_boxes, classifier, unsure, probabilities, is_digit)
    candidates = []
    for (cut, index), of_classifier, sure in zip(inked, probabilities, is_digit.tolist(), strict=True):
        if not detections:
            candidates.append(Candidate(cut, boxes[index], of_classifier, sure, 1.0))
            continue
        # the detector sees the surroundings, so it counts for more
        of_detector = np.maximum(detections[index].scores, MIN_PROBABILITY)
        product = of_classifier**CLASSIFIER_EXPONENT * of_detector**DETECTOR_EXPONENT
        candidates.append(Candidate(cut, boxes[index], product / product.sum(), sure, detections[index].score))
    return candidates


def classify_pieces(
    ink: NDArray[np.uint8], pieces: NDArray[np.int32], classifier: Classifier, work: Work
) -> list[Candidate]:
    """Classify what is in the boxes of pieces of simple ink, int32 (k, 4), whatever work is left, and count it.

    Return the candidates that are high enough to be digits.
    """
    work.done += len(pieces)
    return _drop_low(classify_boxes(ink, [Box(*piece) for piece in pieces.tolist()], classifier))


def _classify_again(
    ink: NDArray[np.uint8],
    boxes: Sequence[Box],
    classifier: Classifier,
    rows: NDArray[np.intp],
    probabilities: NDArray[np.float32],
    is_digit: NDArray[np.float32],
) -> None:
    """Classify slightly wider and narrower crops too, and replace the first results by the mean of all."""
    cuts = [
        (cut, row)
        for row, box in zip(rows.tolist(), boxes, strict=True)
        for growth in CROP_GROWTHS
        if (cut := cut_out(ink, box.grown(growth).pixels())) is not None
    ]
    if not cuts:
        return
    row_of_cut = np.array([row for _, row in cuts])
    of_cuts, digit_of_cuts = classifier.classify_or_reject(np.stack([cut for cut, _ in cuts]))
    for row in np.unique(row_of_cut):
        all_crops = np.vstack([probabilities[row], of_cuts[row_of_cut == row]])
        mean = np.exp(np.log(np.maximum(all_crops, MIN_PROBABILITY)).mean(axis=0))
        probabilities[row] = mean / mean.sum()
        is_digit[row] = np.mean([is_digit[row], *digit_of_cuts[row_of_cut == row]])


def keep_best(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Keep the best of overlapping candidates, and drop those too small, next to the others, to be digits."""
    likely = [candidate for candidate in candidates if candidate.score >= MIN_SCORE]
    best_first = sorted(likely, key=lambda candidate: -candidate.score)
    boxes = [candidate.box for candidate in best_first]
    kept = non_maximum_suppression(boxes, overlap_of_smaller, SAME_DIGIT_OVERLAP)
    return _drop_low([best_first[index] for index in kept])


def _drop_low(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Drop candidates too small, next to the others, to be digits, such as commas."""
    if not candidates:
        return []
    height = median(candidate.box.height for candidate in candidates)
    return [candidate for candidate in candidates if candidate.box.height >= _least_height(candidate) * height]


def _least_height(candidate: Candidate) -> float:
    """Return the minimum height relative to the others: a comma looks like a 1, but a small 0 is often a real 0."""
    return MIN_HEIGHT_OF_ONE if candidate.probabilities.argmax() == 1 else MIN_HEIGHT


def multiply_confidence(candidates: Sequence[Candidate]) -> float:
    """Return the probability that all candidates are digits and classified correctly; 0 if there are none."""
    return math.prod(candidate.confidence for candidate in candidates) if candidates else 0.0


def measure_unexplained(ink: NDArray[np.uint8], candidates: Sequence[Candidate]) -> float:
    """Return the fraction of solid ink outside candidates: lines, frames, specks, and digits lost with a line."""
    return 1 - measure_covered((ink >= SOLID).astype(np.uint8), candidates)


def measure_covered(ink: NDArray[np.uint8], candidates: Sequence[Candidate]) -> float:
    """Return the fraction of ink inside the candidates' boxes; 0 if there is no ink."""
    inside = np.zeros(ink.shape, np.uint8)
    for candidate in candidates:
        inside[candidate.box.pixels()] = 1
    return float(np.sum(ink * inside, dtype=np.float64) / max(np.sum(ink, dtype=np.float64), 1.0))


def measure_explanation(ink: NDArray[np.uint8], candidates: Sequence[Candidate]) -> float:
    """Return how well candidates explain a picture: their mean score times the fraction of ink they cover."""
    if not candidates:
        return 0.0
    return measure_covered(ink, candidates) * float(np.mean([candidate.score for candidate in candidates]))
