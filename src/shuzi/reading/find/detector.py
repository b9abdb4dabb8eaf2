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
from shuzi.reading.find.find_thresholds import (
    CELL_PIXELS,
    INPUT_MULTIPLE,
    LEAST_PEAK,
    MOST_DETECTIONS,
    MOST_ENLARGEMENT,
    MOST_SEARCHED_PIXELS,
    PAPER_MARGIN,
    SAME_DETECTION_IOU,
)


@dataclass(frozen=True)
class Detection:
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

    def find(self, contrast: NDArray[np.uint8], scale: float) -> list[Detection]:
        """Find the digits in a picture at a given scale.

        Parameters
        ----------
        contrast
            uint8 (h, w), as returned by `contrast_map`.
        scale
            The factor by which the picture is resized first.
        """
        scale = possible_scale(scale, contrast.shape)
        resized = resize(contrast, scale)
        height, width = resized.shape
        below, right = (PAPER_MARGIN + -(side + 2 * PAPER_MARGIN) % INPUT_MULTIPLE for side in (height, width))
        page = cv2.copyMakeBorder(resized, PAPER_MARGIN, below, PAPER_MARGIN, right, cv2.BORDER_REPLICATE)
        (maps,) = self._session.run(page[None].astype(np.float32))
        return _without_doubles(_peaks(maps[0], (width / contrast.shape[1], height / contrast.shape[0])))


def possible_scale(scale: float, shape: tuple[int, ...]) -> float:
    """Return the scale, capped at the largest that is sensible for a picture of that shape.

    >>> possible_scale(0.5, (480, 640)), possible_scale(9.0, (40, 60)), possible_scale(9.0, (1000, 1000))
    (0.5, 6.0, 1.0)
    """
    return min(scale, MOST_ENLARGEMENT, math.sqrt(MOST_SEARCHED_PIXELS / math.prod(shape)))


def _peaks(maps: NDArray[np.float32], scale: tuple[float, float]) -> list[Detection]:
    """Return the cells that score higher than all their neighbours; `maps` is float32 (rows, columns, 14)."""
    scores = maps[..., :10]
    highest = np.ascontiguousarray(scores.max(axis=2))
    neighbours = cv2.dilate(highest, np.ones((3, 3), np.uint8))
    rows, columns = np.nonzero((highest >= neighbours) & (highest >= LEAST_PEAK))
    detections = []
    for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
        dx, dy, log_width, log_height = maps[row, column, 10:].tolist()
        width, height = (float(np.exp(np.clip(side, -3, 5))) * CELL_PIXELS for side in (log_width, log_height))
        x = (column + 0.5 + dx) * CELL_PIXELS - width / 2 - PAPER_MARGIN
        y = (row + 0.5 + dy) * CELL_PIXELS - height / 2 - PAPER_MARGIN
        box = Box(x / scale[0], y / scale[1], width / scale[0], height / scale[1])
        detections.append(Detection(scores[row, column], box))
    return detections


def _without_doubles(detections: list[Detection]) -> list[Detection]:
    """Keep the highest-scoring of overlapping boxes, and no more than a page can hold."""
    surest = sorted(detections, key=lambda detection: -detection.score)[:MOST_DETECTIONS]
    kept = non_maximum_suppression([detection.box for detection in surest], iou, SAME_DETECTION_IOU)
    return [surest[index] for index in kept]
