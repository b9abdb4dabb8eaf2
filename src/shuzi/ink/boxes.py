"""Which boxes cover each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Boxes = NDArray[np.float64]
Share = Callable[[Boxes, Boxes], NDArray[np.float64]]


def non_maximum_suppression(
    boxes: Sequence[tuple[float, float, float, float]], share: Share, most: float
) -> list[int]:
    """Keep each box that none before it covers: the positions of those kept.

    Parameters
    ----------
    boxes
        x, y, width, height; the most important first.
    share
        How much a box and others have in common.
    most
        So much in common, and the later one goes.

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
    """Return what a box (4,) and each of the others (n, 4) both cover, as a share of what either covers."""
    both = _both(box, others)
    return np.asarray(both / np.maximum(_area(box) + _area(others) - both, 1e-9))


def overlap_of_smaller(box: Boxes, others: Boxes) -> NDArray[np.float64]:
    """Return what a box (4,) and each of the others (n, 4) both cover, as a share of the smaller one."""
    return np.asarray(_both(box, others) / np.maximum(np.minimum(_area(box), _area(others)), 1e-9))


def _both(box: Boxes, others: Boxes) -> NDArray[np.float64]:
    low = np.maximum(box[:2], others[:, :2])
    high = np.minimum(box[:2] + box[2:], others[:, :2] + others[:, 2:])
    return np.asarray(np.prod(np.maximum(high - low, 0), axis=1))


def _area(boxes: Boxes) -> NDArray[np.float64]:
    return np.asarray(boxes[..., 2] * boxes[..., 3])
