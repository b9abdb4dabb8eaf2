"""A contrast map becomes the boxes of its digits, even where they touch or lie on printed lines."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.errors import ModelError
from shuzi.ink.boxes import Box, iou, non_maximum_suppression
from shuzi.ink.resize import resize
from shuzi.models.session import Session
from shuzi.models.tasks import DETECTOR

LETTER = 28.0
"""The height in pixels to which digits are scaled; the detector was trained on 15 to 46."""

_CELL = 4  # pixels of a page per cell of the maps, as in training
_STEP = 8  # pixels: the height and width of the input are multiples of this
_LEAST = 0.2  # lower peaks are ignored
_SAME = 0.5  # boxes with at least this IoU are one digit
_MOST_LARGER = 6.0  # times: anything that would need more enlargement is not writing
_MOST_PIXELS = 1_000_000  # in a picture to be searched; a page of that size holds a thousand digits
_MOST_FOUND = 1_000
_MARGIN = 8  # pixels of paper around the picture, because few training pages had digits at the edge


@dataclass(frozen=True)
class Found:
    """A digit that the detector found.

    Parameters
    ----------
    scores
        The probability that each digit has its centre here: float32 (10,), not normalised.
    box
        x, y, width and height in pixels of the searched picture.
    """

    scores: NDArray[np.float32]
    box: Box

    @property
    def score(self) -> float:
        """The highest score."""
        return float(self.scores.max())


class Detector:
    """A model loaded for detection.

    Parameters
    ----------
    path
        Its .onnx file.

    Raises
    ------
    ModelError
        The file is not a detector, or its card is missing or unknown.
    """

    def __init__(self, path: Path) -> None:
        self._session = Session(path)
        self.card = self._session.card
        if self.card.kind != DETECTOR:
            raise ModelError("error.model.classifier", path=path)

    def find(self, contrast: NDArray[np.uint8], scale: float) -> list[Found]:
        """Find the digits in a picture at a given scale.

        Parameters
        ----------
        contrast
            uint8 (h, w), as returned by `contrast_map`.
        scale
            The factor by which the picture is resized first.
        """
        scale = possible_scale(scale, contrast.shape)
        seen = resize(contrast, scale)
        height, width = seen.shape
        below, right = (_MARGIN + -(side + 2 * _MARGIN) % _STEP for side in (height, width))
        page = cv2.copyMakeBorder(seen, _MARGIN, below, _MARGIN, right, cv2.BORDER_REPLICATE)
        (places,) = self._session.run(page[None].astype(np.float32))
        return _without_doubles(_peaks(places[0], (width / contrast.shape[1], height / contrast.shape[0])))


def possible_scale(scale: float, shape: tuple[int, ...]) -> float:
    """Return the scale, capped at the largest that is sensible for a picture of that shape.

    >>> possible_scale(0.5, (480, 640)), possible_scale(9.0, (40, 60)), possible_scale(9.0, (1000, 1000))
    (0.5, 6.0, 1.0)
    """
    return min(scale, _MOST_LARGER, math.sqrt(_MOST_PIXELS / math.prod(shape)))


def _peaks(places: NDArray[np.float32], scale: tuple[float, float]) -> list[Found]:
    """Return the cells that score higher than all their neighbours; `places` is float32 (rows, columns, 14)."""
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
        box = Box(x / scale[0], y / scale[1], width / scale[0], height / scale[1])
        found.append(Found(scores[row, column], box))
    return found


def _without_doubles(found: list[Found]) -> list[Found]:
    """Keep the highest-scoring of overlapping boxes, and no more than a page can hold."""
    surest = sorted(found, key=lambda one: -one.score)[:_MOST_FOUND]
    return [surest[place] for place in non_maximum_suppression([each.box for each in surest], iou, _SAME)]
