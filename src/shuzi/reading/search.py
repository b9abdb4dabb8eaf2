"""From a grey picture to the digits in it, each with what the network saw and said."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.ink.normalize import cut_out
from shuzi.ink.paper import contrast_map, ink_map
from shuzi.ink.segment import joined, pieces
from shuzi.reading.engine import Engine
from shuzi.reading.finder import LETTER, Finder, Found

_LARGEST = 1_280  # pixels of the longer side at which a picture is looked at
_MOST_SIMPLE = 24  # pieces: more than that are not simple ink
_FEW = 6  # pieces: so few may be the broken strokes of one digit
_NEAR = 0.15  # of a piece's height: strokes of one digit that were broken lie so near each other
_FOUND = 0.3  # the detector's score from which on something is looked at

SURE = 0.9
"""Simple ink is read without the detector when each digit is as sure as this."""

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Look:
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
    """

    image: NDArray[np.uint8]
    box: Box
    probabilities: NDArray[np.float32]
    is_digit: float

    @property
    def confidence(self) -> float:
        """That it is a digit, and the likeliest one."""
        return float(self.probabilities.max()) * self.is_digit


@dataclass(frozen=True)
class Looks:
    """All that was seen in a picture.

    Parameters
    ----------
    grey
        The picture as it was looked at: uint8 (h, w).
    scale
        By which it is smaller than what was handed in.
    ink
        Its ink map: uint8 (h, w).
    looks
        What was found, in no order.
    """

    grey: NDArray[np.uint8]
    scale: float
    ink: NDArray[np.uint8]
    looks: list[Look]


def look_for_digits(grey: NDArray[np.uint8], engine: Engine, finder: Finder | None) -> Looks:
    """Find the digits of a picture and look at each.

    Parameters
    ----------
    grey
        uint8 (h, w).
    engine
        Classifies what is found.
    finder
        Finds digits where the ink is not simple; None does without.
    """
    scale = min(1.0, _LARGEST / max(grey.shape))
    if scale < 1:
        size = (max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale)))
        grey = np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)
    ink = ink_map(grey)
    boxes = pieces(ink).boxes
    looks: list[Look] = []
    if len(boxes):
        looks = _simply(ink, boxes, engine)
        if finder is not None and _sureness(looks) < SURE:
            looks = _by_finder(ink, grey, boxes, engine, finder) or looks
    return Looks(grey, scale, ink, looks)


def _simply(ink: NDArray[np.uint8], boxes: NDArray[np.int32], engine: Engine) -> list[Look]:
    """Take each piece of ink for a digit, or the pieces that are near each other when that is surer."""
    if len(boxes) > _MOST_SIMPLE:
        return []
    looks = _look_at(ink, [tuple(box) for box in joined(boxes).tolist()], engine)
    if 1 < len(boxes) <= _FEW and _sureness(looks) < SURE:
        other = _look_at(ink, [tuple(box) for box in joined(boxes, _NEAR).tolist()], engine)
        looks = max(looks, other, key=_sureness)
    return looks


def _sureness(looks: list[Look]) -> float:
    return math.prod(each.confidence for each in looks) if looks else 0.0


def _by_finder(
    ink: NDArray[np.uint8], grey: NDArray[np.uint8], boxes: NDArray[np.int32], engine: Engine, finder: Finder
) -> list[Look]:
    heights = boxes[:, 3]
    typical = float(np.median(heights[heights >= 0.5 * heights.max()]))
    found = [each for each in finder.find(contrast_map(grey), LETTER / typical) if each.score > _FOUND]
    return _look_at(ink, [each.box for each in found], engine, found)


def _look_at(
    ink: NDArray[np.uint8], boxes: list[Box], engine: Engine, found: list[Found] | None = None
) -> list[Look]:
    cuts = [cut_out(ink, box) for box in boxes]
    seen = [place for place, cut in enumerate(cuts) if cut is not None]
    if not seen:
        return []
    probabilities, is_digit = engine.look(np.stack([cut for cut in cuts if cut is not None]))
    looks = []
    for place, shares, sure in zip(seen, probabilities, is_digit.tolist(), strict=True):
        image = cuts[place]
        if image is None:
            continue
        if found is not None:
            shares = shares * np.maximum(found[place].scores, 1e-3)
            shares = shares / shares.sum()
        looks.append(Look(image, boxes[place], shares, sure))
    return looks
