"""Boxes in a picture: their geometry, overlap, and non-maximum suppression."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Boxes = NDArray[np.floating[Any]]
"""x, y, width and height of each: (n, 4)."""

Overlap = Callable[[Boxes, Boxes], Boxes]
"""How much a box (4,) overlaps others (n, 4): (n,)."""


class Box(NamedTuple):
    """An upright rectangle in a picture, in pixels; it may reach beyond the picture.

    Examples
    --------
    >>> box = Box(10, 20, 8, 12)
    >>> box.right, box.bottom, box.grown(0.5)
    (18, 32, Box(x=8.0, y=17.0, width=12.0, height=18.0))
    """

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """The bottom edge."""
        return self.y + self.height

    @property
    def corners(self) -> NDArray[np.float64]:
        """The corners, clockwise from the upper left: x and y, float64 (4, 2)."""
        x, y, right, bottom = self.x, self.y, self.right, self.bottom
        return np.array([[x, y], [right, y], [right, bottom], [x, bottom]], np.float64)

    @staticmethod
    def around(points: NDArray[np.float64]) -> Box:
        """Return the smallest box of whole pixels around points (n, 2)."""
        (left, top), (right, bottom) = np.floor(points.min(axis=0)), np.ceil(points.max(axis=0))
        return Box(int(left), int(top), int(right - left), int(bottom - top))

    def scaled(self, factor: float) -> Box:
        """Return the box with all its numbers multiplied, as in another unit."""
        return Box(*(side * factor for side in self))

    def holds(self, x: float, y: float) -> bool:
        """Tell whether a point is inside."""
        return self.x <= x < self.right and self.y <= y < self.bottom

    def holds_middle_of(self, box: Box) -> bool:
        """Tell whether the middle of another box is inside."""
        return self.holds(box.x + box.width / 2, box.y + box.height / 2)

    def grown(self, fraction: float) -> Box:
        """Return a box with the same centre, larger by a fraction of its width and height; smaller if negative."""
        wider, higher = fraction * self.width, fraction * self.height
        return Box(self.x - wider / 2, self.y - higher / 2, self.width * (1 + fraction), self.height * (1 + fraction))

    def clipped(self, shape: tuple[int, ...]) -> Box:
        """Return the box in whole pixels of a picture (h, w), clipped to it; never empty.

        Examples
        --------
        >>> Box(-2.0, 3.4, 9.8, 0.2).clipped((10, 20))
        Box(x=0, y=3, width=8, height=1)
        """
        left, right = (min(max(round(x), 0), shape[1]) for x in (self.x, self.right))
        top, bottom = (min(max(round(y), 0), shape[0]) for y in (self.y, self.bottom))
        left, top = min(left, shape[1] - 1), min(top, shape[0] - 1)
        return Box(left, top, max(1, right - left), max(1, bottom - top))

    def pixels(self, rim: float = 0.0) -> tuple[slice, slice]:
        """Return the rows and columns of a picture that it touches, plus a margin; never empty.

        Examples
        --------
        >>> Box(10.2, -2.0, 8.0, 20.0).pixels(), Box(10.0, 2.0, 8.0, 20.0).pixels(rim=5.0)
        ((slice(0, 18, None), slice(10, 19, None)), (slice(0, 27, None), slice(5, 23, None)))
        """
        left, top = max(0, math.floor(self.x - rim)), max(0, math.floor(self.y - rim))
        bottom, right = max(top + 1, math.ceil(self.bottom + rim)), max(left + 1, math.ceil(self.right + rim))
        return slice(top, bottom), slice(left, right)


def as_array(boxes: Iterable[Box]) -> NDArray[np.float64]:
    """Return boxes as float64 (n, 4), even if there are none."""
    return np.array([*boxes], np.float64).reshape(-1, 4)


def union(first: NDArray[Any], second: NDArray[Any]) -> NDArray[Any]:
    """Return the smallest box around two: (4,) of their type."""
    corner = np.minimum(first[:2], second[:2])
    return np.concatenate([corner, np.maximum(first[:2] + first[2:], second[:2] + second[2:]) - corner])


def non_maximum_suppression(boxes: Iterable[Box], overlap: Overlap, threshold: float) -> list[int]:
    """Return the positions of the boxes, best first, that no earlier kept box overlaps by the threshold or more."""
    whole = as_array(boxes)
    kept: list[int] = []
    for index, box in enumerate(whole):
        if not kept or overlap(box, whole[kept]).max() < threshold:
            kept.append(index)
    return kept


def iou(box: Boxes, others: Boxes) -> Boxes:
    """Return the intersection over union of a box (4,) with each of the others (n, 4)."""
    both = intersection(box, others)
    return np.asarray(both / np.maximum(_area(box) + _area(others) - both, 1e-9))


def overlap_of_smaller(box: Boxes, others: Boxes) -> Boxes:
    """Return the intersection of a box (4,) with each of the others (n, 4), as a fraction of the smaller area."""
    return np.asarray(intersection(box, others) / np.maximum(np.minimum(_area(box), _area(others)), 1e-9))


def intersection(box: Boxes, others: Boxes) -> Boxes:
    """Return the area that a box (4,) shares with each of the others (n, 4)."""
    low = np.maximum(box[:2], others[:, :2])
    high = np.minimum(box[:2] + box[2:], others[:, :2] + others[:, 2:])
    return np.asarray(np.prod(np.maximum(high - low, 0), axis=1))


def _area(boxes: Boxes) -> Boxes:
    return np.asarray(boxes[..., 2] * boxes[..., 3])
