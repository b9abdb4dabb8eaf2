"""Overlapping boxes become the few worth keeping."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Boxes = NDArray[np.float64]
Share = Callable[[Boxes, Boxes], NDArray[np.float64]]


def non_maximum_suppression(
    boxes: Sequence[tuple[float, float, float, float]], share: Share, most: float
) -> list[int]:
    """Return the positions of the boxes that no earlier kept box overlaps too much.

    Parameters
    ----------
    boxes
        x, y, width, height; best first.
    share
        Measures how much a box overlaps each of the others.
    most
        The overlap from which the later box is dropped.

    Examples
    --------
    >>> non_maximum_suppression([(0, 0, 10, 10), (1, 0, 10, 10), (20, 0, 10, 10)], iou, 0.5)
    [0, 2]
    """
    whole = np.array(boxes, np.float64).reshape(-1, 4)
    kept: list[int] = []
    for place, box in enumerate(whole):
        if not kept or share(box, whole[kept]).max() < most:
            kept.append(place)
    return kept


def iou(box: Boxes, others: Boxes) -> NDArray[np.float64]:
    """Return the intersection over union of a box (4,) with each of the others (n, 4)."""
    both = _both(box, others)
    return np.asarray(both / np.maximum(_area(box) + _area(others) - both, 1e-9))


def overlap_of_smaller(box: Boxes, others: Boxes) -> NDArray[np.float64]:
    """Return the intersection of a box (4,) with each of the others (n, 4), as a fraction of the smaller area."""
    return np.asarray(_both(box, others) / np.maximum(np.minimum(_area(box), _area(others)), 1e-9))


def _both(box: Boxes, others: Boxes) -> NDArray[np.float64]:
    low = np.maximum(box[:2], others[:, :2])
    high = np.minimum(box[:2] + box[2:], others[:, :2] + others[:, 2:])
    return np.asarray(np.prod(np.maximum(high - low, 0), axis=1))


def _area(boxes: Boxes) -> NDArray[np.float64]:
    return np.asarray(boxes[..., 2] * boxes[..., 3])
