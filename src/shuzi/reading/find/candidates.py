"""Boxes in an ink map become candidates: what each may be, with probabilities."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from shuzi.ink.boxes import Box
from shuzi.ink.normalize import cut_out
from shuzi.reading.find.detector import Found
from shuzi.reading.find.find_thresholds import (
    CLASSIFIER_EXPONENT,
    CROP_GROWTHS,
    DETECTOR_EXPONENT,
    EDGE_PIXELS,
    LEAST_PROBABILITY,
    MOST_WORK,
    ONE_CROP_CONFIDENCE,
)
from shuzi.reading.recognise.classifier import Classifier

if TYPE_CHECKING:
    from shuzi.reading.recognise.search import LineTexts


class TooMuch(Exception):  # noqa: N818 - it says what is wrong, as Crashed does
    """A picture seems to hold more than a page of writing; reading it would take too long.

    Parameters
    ----------
    key
        The key of the sentence that says so.
    n
        How many of what it names there are.
    """

    def __init__(self, key: str, n: int) -> None:
        super().__init__(key)
        self.advice: tuple[str, dict[str, Any]] = key, {"n": n}


class Work:
    """What may still be done for a picture; it is counted before it is done.

    Examples
    --------
    >>> work = Work()
    >>> work.spend(MOST_WORK, "reading.many_lines", 90)
    >>> work.spend(1, "reading.many_lines", 91)
    Traceback (most recent call last):
    shuzi.reading.find.candidates.TooMuch: reading.many_lines
    """

    def __init__(self) -> None:
        self.left = float(MOST_WORK)

    def spend(self, images: float, key: str, n: int) -> None:
        """Take so much from what may be done; raise `TooMuch`, with this sentence, if that is more than is left."""
        self.left -= images
        if self.left < 0:
            raise TooMuch(key, n)


@dataclass(frozen=True)
class Candidate:
    """A box that may hold a digit.

    Parameters
    ----------
    image
        What the classifier saw: uint8 (28, 28).
    box
        x, y, width, height in the picture as it was searched.
    probabilities
        Of each digit, given that it is one: float32 (10,).
    is_digit
        The probability that it is a digit.
    found
        The detector's score; 1 if the detector was not used.
    """

    image: NDArray[np.uint8]
    box: Box
    probabilities: NDArray[np.float32]
    is_digit: float
    found: float

    @property
    def confidence(self) -> float:
        """The probability that it is a digit and that the best guess is correct."""
        return float(self.probabilities.max()) * self.is_digit

    @property
    def score(self) -> float:
        """The combined score of detector and classifier."""
        return math.sqrt(self.found * self.confidence)


@dataclass(frozen=True)
class Candidates:
    """Everything that was found in a picture.

    Parameters
    ----------
    grey
        The picture as it was searched: uint8 (h, w).
    shape
        Height and width of the original picture, upright.
    simple
        Whether the ink was simple, so the detector was not used.
    ink
        Its ink map: uint8 (h, w).
    candidates
        The candidates taken for digits, in no particular order.
    uncovered
        The fraction of the ink outside all of them, 0 to 1.
    missed
        The score of the best rejected candidate that does not overlap them; 0 if there is none.
    lines
        What may stand on each line, from top to bottom; empty if the line recogniser was not used.
    too_much
        The key of a sentence, and its values, if there is more in the picture than is read; then nothing was.
    work_left
        What may still be done to tell what the ink outside all characters is, in images classified.
    """

    grey: NDArray[np.uint8]
    shape: tuple[int, int]
    simple: bool
    ink: NDArray[np.uint8]
    candidates: list[Candidate]
    uncovered: float
    missed: float = 0.0
    lines: tuple[LineTexts, ...] = ()
    too_much: tuple[str, dict[str, Any]] | None = None
    work_left: float = MOST_WORK

    def at_edge(self, box: Box) -> bool:
        """Return whether a box is so close to the picture's edge that ink may be cut off."""
        height, width = self.grey.shape
        return (
            min(box.x, box.y) <= EDGE_PIXELS or box.right >= width - EDGE_PIXELS or box.bottom >= height - EDGE_PIXELS
        )

    def in_original(self, box: Box) -> Box:
        """Return a box of the searched picture in whole pixels of the original one, clipped to it."""
        (height, width), (rows, columns) = self.shape, self.grey.shape
        left, right = (min(max(round(each * width / columns), 0), width) for each in (box.x, box.right))
        top, bottom = (min(max(round(each * height / rows), 0), height) for each in (box.y, box.bottom))
        left, top = min(left, width - 1), min(top, height - 1)
        return Box(left, top, max(1, right - left), max(1, bottom - top))


def around(box: Box, share: float) -> tuple[slice, slice]:
    """Return the rows and columns of a box with a margin that is a fraction of its longer side.

    >>> around(Box(10.0, 2.0, 8.0, 20.0), 0.25)
    (slice(0, 27, None), slice(5, 23, None))
    """
    return box.pixels(rim=share * max(box.width, box.height))


def candidates_at(
    ink: NDArray[np.uint8],
    boxes: list[Box],
    classifier: Classifier,
    found: list[Found] | None = None,
    work: Work | None = None,
) -> list[Candidate]:
    """Classify each box that holds ink; if the detector found it, combine the results of both.

    Raises
    ------
    TooMuch
        These are more boxes than `work` has left.
    """
    if work is not None:
        work.spend(len(boxes), "reading.many_digits", len(boxes))
    cuts = [(cut_out(ink, box), place) for place, box in enumerate(boxes)]
    inked = [(cut, place) for cut, place in cuts if cut is not None]
    if not inked:
        return []
    probabilities, is_digit = classifier.classify_or_reject(np.stack([cut for cut, _ in inked]))
    if found:
        # the detector's boxes are not exact, and where that matters one crop is not enough
        unsure = np.flatnonzero(probabilities.max(axis=1) * is_digit < ONE_CROP_CONFIDENCE)
        if work is not None:
            work.spend(len(unsure) * len(CROP_GROWTHS), "reading.many_digits", len(boxes))
        _classify_again(
            ink, [boxes[inked[which][1]] for which in unsure], classifier, unsure, probabilities, is_digit
        )
    candidates = []
    for (cut, place), shares, sure in zip(inked, probabilities, is_digit.tolist(), strict=True):
        score = 1.0
        if found:
            # the detector sees the surroundings, so it counts for more
            both = (
                shares**CLASSIFIER_EXPONENT * np.maximum(found[place].scores, LEAST_PROBABILITY) ** DETECTOR_EXPONENT
            )
            shares, score = both / both.sum(), found[place].score
        candidates.append(Candidate(cut, boxes[place], shares, sure, score))
    return candidates


def _classify_again(
    ink: NDArray[np.uint8],
    boxes: list[Box],
    classifier: Classifier,
    which: NDArray[np.intp],
    probabilities: NDArray[np.float32],
    is_digit: NDArray[np.float32],
) -> None:
    """Classify slightly wider and narrower crops too, and replace the first results by the mean of all."""
    cuts = [
        (cut, place)
        for place, box in zip(which.tolist(), boxes, strict=True)
        for share in CROP_GROWTHS
        if (cut := cut_out(ink, box.grown(share))) is not None
    ]
    if not cuts:
        return
    of = np.array([place for _, place in cuts])
    shares, digit = classifier.classify_or_reject(np.stack([cut for cut, _ in cuts]))
    for place in np.unique(of):
        logs = np.log(np.maximum(np.vstack([probabilities[place], shares[of == place]]), LEAST_PROBABILITY))
        mean = np.exp(logs.mean(axis=0))
        probabilities[place] = mean / mean.sum()
        is_digit[place] = np.mean([is_digit[place], *digit[of == place]])
