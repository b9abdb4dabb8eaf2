"""A detector finds where digits are in a picture, also where they touch, or lie on printed lines."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.errors import ModelError
from shuzi.ink.boxes import iou, non_maximum_suppression
from shuzi.models.card import DETECTOR
from shuzi.models.session import Session

LETTER = 28.0
"""The height in pixels to which digits are brought; the detector has learnt from 15 to 46."""

_CELL = 4  # pixels of a page for each place on the maps, as the detector learnt it
_STEP = 8  # pixels: height and width of what it looks at are multiples of this
_LEAST = 0.2  # a peak below this is nothing
_SAME = 0.5  # boxes of which one shares so much with another are one digit
_MOST_LARGER = 6.0  # times: what would have to be made still larger is no writing
_MOST_PIXELS = 1_000_000  # of a picture that is searched: a page at that size holds a thousand digits
_MOST_FOUND = 1_000
_MARGIN = 8  # pixels of paper around the picture, since the detector has seen few digits at a page's rim


@dataclass(frozen=True)
class Found:
    """A digit that was found.

    Parameters
    ----------
    scores
        The probability that each digit has its middle here: float32 (10,), not adding up to anything.
    box
        x, y, width and height in the pixels of the picture that was searched.
    """

    scores: NDArray[np.float32]
    box: tuple[float, float, float, float]

    @property
    def score(self) -> float:
        """The highest of the scores."""
        return float(self.scores.max())


class Detector:
    """A detector that is ready to search pictures.

    Parameters
    ----------
    path
        Its .onnx file.

    Raises
    ------
    ModelError
        The file is no model or no detector, or its card is missing or not understood.
    """

    def __init__(self, path: Path) -> None:
        self._session = Session(path)
        self.card = self._session.card
        if self.card.kind != DETECTOR:
            raise ModelError("error.model.classifier", path=path)

    def find(self, contrast: NDArray[np.uint8], scale: float) -> list[Found]:
        """Find the digits of a picture, seen at a scale.

        Parameters
        ----------
        contrast
            uint8 (h, w), as `contrast_map` makes it.
        scale
            By which the picture is made larger or smaller first.
        """
        scale = possible_scale(scale, contrast.shape)
        height, width = (max(1, round(side * scale)) for side in contrast.shape)
        method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        seen = cv2.resize(contrast, (width, height), interpolation=method) if scale != 1 else contrast
        below, right = (_MARGIN + -(side + 2 * _MARGIN) % _STEP for side in (height, width))
        page = cv2.copyMakeBorder(seen, _MARGIN, below, _MARGIN, right, cv2.BORDER_REPLICATE)
        (places,) = self._session.run(page[None].astype(np.float32))
        return _without_doubles(_peaks(places[0], (width / contrast.shape[1], height / contrast.shape[0])))


def possible_scale(scale: float, shape: tuple[int, ...]) -> float:
    """Return a scale, or the largest that makes sense of a picture of that shape.

    >>> possible_scale(0.5, (480, 640)), possible_scale(9.0, (40, 60)), possible_scale(9.0, (1000, 1000))
    (0.5, 6.0, 1.0)
    """
    return min(scale, _MOST_LARGER, math.sqrt(_MOST_PIXELS / math.prod(shape)))


def _peaks(places: NDArray[np.float32], scale: tuple[float, float]) -> list[Found]:
    """Take the places that score higher than all around them: float32 (rows, columns, 14)."""
    scores = places[..., :10]
    highest = np.ascontiguousarray(scores.max(axis=2))
    around = cv2.dilate(highest, np.ones((3, 3), np.uint8))
    rows, columns = np.nonzero((highest >= around) & (highest >= _LEAST))
    found = []
    for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
        dx, dy, log_width, log_height = places[row, column, 10:].tolist()
        width, height = (float(np.exp(np.clip(each, -3, 5))) * _CELL for each in (log_width, log_height))
        x = (column + 0.5 + dx) * _CELL - width / 2 - _MARGIN
        y = (row + 0.5 + dy) * _CELL - height / 2 - _MARGIN
        box = (x / scale[0], y / scale[1], width / scale[0], height / scale[1])
        found.append(Found(scores[row, column], box))
    return found


def _without_doubles(found: list[Found]) -> list[Found]:
    """Of boxes that cover each other keep the one with the highest score, and no more than a page can hold."""
    surest = sorted(found, key=lambda one: -one.score)[:_MOST_FOUND]
    return [surest[place] for place in non_maximum_suppression([each.box for each in surest], iou, _SAME)]
