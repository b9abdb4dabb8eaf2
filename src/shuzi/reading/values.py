"""The values that pass from one stage of a reading to the next; `report.result.Reading` is the last one."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from shuzi.ink.boxes import Box
from shuzi.ink.line_pictures import LinePicture, TextLine
from shuzi.reading.thresholds import EDGE_PIXELS, MAX_WORK, PROPOSED_SCORE


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
    shuzi.reading.values.TooMuch: reading.many_lines
    """

    left: float = MAX_WORK  # in images classified
    done: float = 0.0  # what was done: that, and what is done however little is left

    def spend(self, images: float, key: str, n: int) -> None:
        """Take so much from what may be done; raise `TooMuch`, with this sentence, if that is more than is left."""
        self.left -= images
        if self.left < 0:
            raise TooMuch(key, n)
        self.done += images


@dataclass(frozen=True)
class Line:
    """A line of writing."""

    candidates: tuple[Candidate, ...]  # its digits as found so far, from left to right
    frames: tuple[Box, ...]  # where to cut strips: x, y, width, height in pixels of the searched picture
    height: float  # the median height of its digits, in pixels
    is_struck: bool = False  # whether a straight stroke goes through all of them

    @cached_property
    def proposed(self) -> tuple[int, ...]:
        """The digits that the candidates alone would make of it."""
        likely = [candidate for candidate in self.candidates if candidate.score >= PROPOSED_SCORE]
        return tuple(int(candidate.probabilities.argmax()) for candidate in likely)


class Weights(NamedTuple):
    """How much each score of a text counts."""

    # its log probability in the strip of the digits' band, in that of their whole height, and the larger of both
    banded: float = 0.32
    entire: float = 0.23
    best: float = 0.21
    matched: float = 0.34  # the candidates' log probabilities of the digits aligned with them
    # the number of digits without a candidate, and the log probabilities that candidates without a digit are none
    overlooked: float = -0.41
    denied: float = 0.48
    same: float = 0.62  # 1 for the text whose digits are those of the candidates


PLAIN_WEIGHTS = Weights()
"""Without a calibration."""


class Adjustment(NamedTuple):
    """How much a corrected digit raises texts."""

    digit_index: int  # which digit of the text, from 0, marks and signs not counted
    digit: int  # what it must be
    logit: float  # by how much a text with it becomes more probable


@dataclass(frozen=True)
class LineTexts:
    """The possible texts of a line; made by `recognise.recogniser`, scored by `recognise.text_scores`."""

    line: Line  # the line
    # what the recogniser says of each frame of it, or of the first alone where that is sure: float32 (w / 4, 17)
    columns: tuple[NDArray[np.float32], ...]
    texts: tuple[str, ...]  # digits, marks and `SIGN` for any other character; no text twice
    scores: NDArray[np.float64]  # of each text: float64 (n, 7), as `Weights` names them
    # by how much corrected digits raise texts of so many digits
    adjustments: tuple[Adjustment, ...] = ()
    adjusted_length: int = 0
    # what a pattern adds to each text: its log probability before anything was seen, up to a constant
    priors: tuple[float, ...] = ()


@dataclass(frozen=True, eq=False)
class PageLine:
    """A line that the line detector found on a photograph, and what may stand on it."""

    line: TextLine  # where it is on the photograph
    picture: LinePicture  # its own picture, in which it lies level
    ink: NDArray[np.uint8]  # the ink map of that: uint8 (h, w)
    texts: LineTexts  # what may stand on it; its frames are in its own picture
    # for each digit of its most probable text, the classifier's probability of that digit: float32 (n,)
    classified: NDArray[np.float32]
    relative_height: float  # the height of its digits as a multiple of the other lines' median; 1 without others


@dataclass(frozen=True)
class Findings:
    """Everything that was found in a picture."""

    grey: NDArray[np.uint8]  # the picture as it was searched: uint8 (h, w)
    shape: tuple[int, int]  # height and width of the original picture, upright
    simple: bool  # whether the ink was simple, so the detector was not used
    ink: NDArray[np.uint8]  # its ink map: uint8 (h, w)
    candidates: list[Candidate]  # the candidates taken for digits, in no particular order
    uncovered: float  # the fraction of the ink outside all of them, 0 to 1
    missed: float = 0.0  # the score of the best rejected candidate that does not overlap them; 0 if there is none
    # the lines to be recognised, from top to bottom; empty if the candidates alone say what is written
    lines: tuple[Line, ...] = ()
    # the key of a sentence, and its values, if there is more in the picture than is read; then nothing was
    too_much: tuple[str, dict[str, Any]] | None = None
    # what may still be done to tell what the ink outside all characters is, in images classified
    work_left: float = MAX_WORK
    work: float = 0.0  # what was done to find all this and to recognise the lines, in images classified
    texts: tuple[LineTexts, ...] = ()  # what may stand on each line, once they were recognised
    # the lines of a photograph, in reading order; if there are any, they are all that is read
    page: tuple[PageLine, ...] = ()
    # lines that the upper or lower edge of the photograph cuts off, which are not read
    cut_off: tuple[TextLine, ...] = ()
    is_upside_down: bool = False  # whether these lines are read better turned by half a circle
    is_on_its_side: bool = False  # whether the photograph turned by a quarter has lines that are read better
    # if the line detector has looked at the picture and found no line: the highest probability of one
    line_score: float | None = None
    source: str | None = None  # the path of the picture, with the page of a PDF or TIFF; None if it was not a file

    @staticmethod
    def of_nothing(grey: NDArray[np.uint8]) -> Findings:
        """Return the findings in a picture, uint8 (h, w), in which nothing was found."""
        return Findings(grey, (grey.shape[0], grey.shape[1]), False, np.zeros((1, 1), np.uint8), [], 0.0)

    def at_edge(self, box: Box) -> bool:
        """Return whether a box is so close to the picture's edge that ink may be cut off."""
        height, width = self.grey.shape
        right, bottom = width - EDGE_PIXELS, height - EDGE_PIXELS
        return min(box.x, box.y) <= EDGE_PIXELS or box.right >= right or box.bottom >= bottom

    def in_original(self, box: Box) -> Box:
        """Return a box of the searched picture in whole pixels of the original one, clipped to it."""
        (height, width), (rows, columns) = self.shape, self.grey.shape
        left, right = (x * width / columns for x in (box.x, box.right))
        top, bottom = (y * height / rows for y in (box.y, box.bottom))
        return Box(left, top, right - left, bottom - top).clipped(self.shape)
