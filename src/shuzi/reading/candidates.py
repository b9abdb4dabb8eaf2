"""What is seen at one place of a picture, and in the whole of it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shuzi.ink.normalize import cut_out
from shuzi.reading.classifier import Classifier
from shuzi.reading.detector import Found

_OF_CLASSIFIER, _OF_DETECTOR = 0.5, 2.0  # chosen on pages composed of the validation digits
_SURELY = 0.9  # the classifier's confidence from which on one look at what was found is enough
_FRAMES = (0.06, -0.06)  # by how much a second and third look at a digit are framed wider
_NEVER = 1e-3  # what the share or the score of a digit counts at least, so that none rules it out alone
_EDGE = 1  # pixels from the picture's edge

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Candidate:
    """One look at one place.

    Parameters
    ----------
    image
        What the classifier saw: uint8 (28, 28).
    box
        x, y, width, height in the picture as it was looked at.
    probabilities
        Of each digit, if it is one: float32 (10,).
    is_digit
        The probability that it is a digit.
    found
        The detector's score; 1 where it was not asked.
    """

    image: NDArray[np.uint8]
    box: Box
    probabilities: NDArray[np.float32]
    is_digit: float
    found: float

    @property
    def confidence(self) -> float:
        """That it is a digit, and the likeliest one."""
        return float(self.probabilities.max()) * self.is_digit

    @property
    def score(self) -> float:
        """What the detector and the classifier think of it together."""
        return math.sqrt(self.found * self.confidence)


@dataclass(frozen=True)
class Candidates:
    """All that was seen in a picture.

    Parameters
    ----------
    grey
        The picture as it was looked at: uint8 (h, w).
    shape
        Height and width of what was handed in, turned as a person sees it.
    simple
        Whether the ink was simple, and the detector not asked.
    ink
        Its ink map: uint8 (h, w).
    looks
        What was found, in no order.
    uncovered
        The share of the ink that lies outside of all of them, 0 to 1.
    missed
        The worth of the best of what was not taken for a digit and lies beside what was; 0 where there is none.
    """

    grey: NDArray[np.uint8]
    shape: tuple[int, int]
    simple: bool
    ink: NDArray[np.uint8]
    candidates: list[Candidate]
    uncovered: float
    missed: float = 0.0

    def at_edge(self, candidate: Candidate) -> bool:
        """Say whether a look lies so near the picture's edge that ink may be cut off."""
        (height, width), (x, y, wide, high) = self.grey.shape, candidate.box
        return x <= _EDGE or y <= _EDGE or x + wide >= width - _EDGE or y + high >= height - _EDGE


def with_paper(box: Box, share: float) -> tuple[slice, slice]:
    """Return the rows and columns of a box and of paper around it, as a share of the box's longer side.

    >>> with_paper((10.0, 2.0, 8.0, 20.0), 0.25)
    (slice(0, 27, None), slice(5, 23, None))
    """
    x, y, wide, high = box
    rim = share * max(wide, high)
    top, left = max(0, math.floor(y - rim)), max(0, math.floor(x - rim))
    return slice(top, max(top + 1, math.ceil(y + high + rim))), slice(left, max(left + 1, math.ceil(x + wide + rim)))


def candidates_at(
    ink: NDArray[np.uint8], boxes: list[Box], classifier: Classifier, found: list[Found] | None = None
) -> list[Candidate]:
    """Look at each box in which there is ink; where the detector found it, both say which digit it is."""
    cuts = [(cut_out(ink, box), place) for place, box in enumerate(boxes)]
    inked = [(cut, place) for cut, place in cuts if cut is not None]
    if not inked:
        return []
    probabilities, is_digit = classifier.classify_or_reject(np.stack([cut for cut, _ in inked]))
    if found:
        # what was found is not framed exactly, and where that matters one frame is not enough to judge by
        unsure = np.flatnonzero(probabilities.max(axis=1) * is_digit < _SURELY)
        _classify_again(
            ink, [boxes[inked[which][1]] for which in unsure], classifier, unsure, probabilities, is_digit
        )
    candidates = []
    for (cut, place), shares, sure in zip(inked, probabilities, is_digit.tolist(), strict=True):
        score = 1.0
        if found:
            # the detector has seen the surroundings, so what it says counts for more
            both = shares**_OF_CLASSIFIER * np.maximum(found[place].scores, _NEVER) ** _OF_DETECTOR
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
    """Frame boxes a little wider and a little closer, and put what all frames say together in the first's place."""
    cuts = [
        (cut, place)
        for place, box in zip(which.tolist(), boxes, strict=True)
        for share in _FRAMES
        if (cut := cut_out(ink, _grown(box, share))) is not None
    ]
    if not cuts:
        return
    of = np.array([place for _, place in cuts])
    shares, digit = classifier.classify_or_reject(np.stack([cut for cut, _ in cuts]))
    for place in np.unique(of):
        logs = np.log(np.maximum(np.vstack([probabilities[place], shares[of == place]]), _NEVER))
        mean = np.exp(logs.mean(axis=0))
        probabilities[place] = mean / mean.sum()
        is_digit[place] = np.mean([is_digit[place], *digit[of == place]])


def _grown(box: Box, share: float) -> Box:
    x, y, wide, high = box
    return x - share * wide / 2, y - share * high / 2, wide * (1 + share), high * (1 + share)
