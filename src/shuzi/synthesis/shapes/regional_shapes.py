"""MNIST's digits, written in the United States, become digits as other countries write them.

Elsewhere a 1 has an upstroke, which may be half as long as its stem, and a 7 has a bar.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

Ink = NDArray[np.float32]

_INKED = 0.3
_LOWEST = 5  # pixels; a lower digit is too small to change
_SHIFT = 3  # fractional bits of a pixel in the points that OpenCV draws


def other_shape(rng: np.random.Generator, label: int, ink: Ink) -> Ink:
    """Give a 1 an upstroke or a 7 a bar; leave the other digits as they are.

    Parameters
    ----------
    rng
        Decides how long and how steep.
    label
        The digit.
    ink
        float32 (h, w), the fraction of each pixel covered by ink, cropped to the digit.

    Returns
    -------
    float32 (h, w), cropped to the new shape.

    Examples
    --------
    >>> stem = np.ones((30, 4), np.float32)
    >>> other_shape(np.random.default_rng(0), 1, stem).shape[1] > 8
    True
    >>> other_shape(np.random.default_rng(0), 2, stem) is stem
    True
    """
    if label not in (1, 7) or ink.shape[0] < _LOWEST:
        return ink
    height, pen = ink.shape[0], thickness(ink)
    room = height  # more than either stroke needs
    background = np.pad(ink, ((0, 0), (room, room)))
    if label == 1:
        top = _middle_of_row(background, min(height - 1, round(pen / 2)))
        long, steep = rng.uniform(0.25, 0.6) * height, rng.uniform(0.6, 1.2)
        end = top - np.array([math.cos(steep), -math.sin(steep)]) * long
        _stroke(background, top, end, pen)
    else:
        row = round(rng.uniform(0.4, 0.65) * height)
        middle = _middle_of_row(background, row)
        reach = np.array([rng.uniform(0.15, 0.32) * height, -rng.uniform(-0.05, 0.08) * height])
        _stroke(background, middle - reach, middle + reach * rng.uniform(0.7, 1), pen)
    x, y, across, down = cv2.boundingRect((background > _INKED).astype(np.uint8))
    return np.asarray(background[y : y + down, x : x + across], np.float32)


def thickness(ink: Ink) -> float:
    """Return the approximate thickness of the strokes in pixels, at least 1.

    >>> thickness(np.ones((40, 5), np.float32))
    5.0
    """
    inked = np.pad(ink > _INKED, 1).astype(np.uint8)
    distance = cv2.distanceTransform(inked, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    ridge = distance[(distance >= cv2.dilate(distance, np.ones((3, 3), np.uint8))) & (distance > 0)]
    return max(1.0, 2 * float(np.median(ridge)) - 1) if ridge.size else 1.0


def _middle_of_row(background: Ink, row: int) -> NDArray[np.float64]:
    columns = np.flatnonzero(background[row] > _INKED)
    x = columns.mean() if columns.size else background.shape[1] / 2
    return np.array([x, row], np.float64)


def _stroke(background: Ink, start: NDArray[np.float64], end: NDArray[np.float64], pen: float) -> None:
    drawn = np.zeros(background.shape, np.uint8)
    points = np.rint(np.stack([start, end]) * 2**_SHIFT).astype(np.int32).reshape(-1, 1, 2)
    cv2.polylines(drawn, [points], False, 255, max(1, round(pen)), cv2.LINE_AA, _SHIFT)
    np.maximum(background, drawn / np.float32(255), out=background)
